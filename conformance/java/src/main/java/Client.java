import cn.authing.sdk.java.client.AuthenticationClient;
import cn.authing.sdk.java.client.BaseClient;
import cn.authing.sdk.java.dto.PreCheckCodeDto;
import cn.authing.sdk.java.dto.PreCheckCodeRespDto;
import cn.authing.sdk.java.dto.PreCheckSmsCodeDto;
import cn.authing.sdk.java.dto.SendSMSDto;
import cn.authing.sdk.java.dto.SendSMSRespDto;
import cn.authing.sdk.java.model.AuthenticationClientOptions;
import cn.authing.sdk.java.model.AuthingRequestConfig;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Calls the official Java SDK for the driver: one JSON line in, one JSON line out.
 * The protocol is described in ../README.md.
 */
public final class Client {
    private static final ObjectMapper JSON =
        new ObjectMapper().setSerializationInclusion(JsonInclude.Include.NON_NULL);

    public static void main(String[] args) throws Exception {
        // Standard output belongs to the protocol; whatever the SDK prints goes to standard error.
        PrintStream protocol = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err);

        BufferedReader lines =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            protocol.println(JSON.writeValueAsString(answer(JSON.readTree(line))));
        }
    }

    private static ObjectNode answer(JsonNode line) {
        ObjectNode out = JSON.createObjectNode();
        out.set("id", line.get("id"));
        try {
            Object answer;
            if (line.has("sendSms")) {
                answer = sendSms(connect(line), line.get("sendSms"));
            } else if (line.has("preCheckCode")) {
                answer = preCheckCode(connect(line), line.get("preCheckCode"));
            } else if (line.has("getCountryList")) {
                answer = connect(line).getCountryList();
            } else if (line.has("getSystemInfo")) {
                answer = connect(line).getSystemInfo();
            } else {
                return out.put("unsupported", "this operation is not adapted");
            }
            if (answer == null) {
                return out.put("error", "the SDK could not decode the response and returned null");
            }
            out.set("answer", JSON.valueToTree(answer));
            return out;
        } catch (Exception error) {
            return out.put("error", error.toString());
        }
    }

    private static AuthenticationClient connect(JsonNode line) throws Exception {
        AuthenticationClientOptions options = new AuthenticationClientOptions();
        options.setAppId(line.get("appId").asText());
        options.setAppSecret(line.get("appSecret").asText());
        options.setAppHost(line.get("appHost").asText());
        return new AuthenticationClient(options);
    }

    private static SendSMSRespDto sendSms(AuthenticationClient client, JsonNode input) {
        String channel = input.get("channel").asText();
        if (!isTyped(channel)) {
            return sendUntyped(client, input);
        }
        SendSMSDto request = new SendSMSDto();
        request.setChannel(SendSMSDto.Channel.valueOf(channel));
        request.setPhoneNumber(input.get("phoneNumber").asText());
        if (input.has("phoneCountryCode")) {
            request.setPhoneCountryCode(input.get("phoneCountryCode").asText());
        }
        return client.sendSms(request);
    }

    private static PreCheckCodeRespDto preCheckCode(AuthenticationClient client, JsonNode input) {
        JsonNode sms = input.get("smsCodePayload");
        PreCheckSmsCodeDto payload = new PreCheckSmsCodeDto();
        payload.setChannel(PreCheckSmsCodeDto.Channel.valueOf(sms.get("channel").asText()));
        payload.setPhone(sms.get("phone").asText());
        payload.setPassCode(sms.get("passCode").asText());
        if (sms.hasNonNull("phoneCountryCode")) {
            payload.setPhoneCountryCode(sms.get("phoneCountryCode").asText());
        }
        PreCheckCodeDto request = new PreCheckCodeDto();
        request.setCodeType(PreCheckCodeDto.CodeType.valueOf(input.get("codeType").asText()));
        request.setSmsCodePayload(payload);
        return client.preCheckCode(request);
    }

    private static boolean isTyped(String channel) {
        return Arrays.stream(SendSMSDto.Channel.values()).anyMatch(c -> c.name().equals(channel));
    }

    /**
     * The SDK's DTO cannot hold a channel outside its enum. Its public request method can:
     * these are the steps of its own sendSms, with a free body.
     */
    private static SendSMSRespDto sendUntyped(AuthenticationClient client, JsonNode input) {
        AuthingRequestConfig config = new AuthingRequestConfig();
        config.setUrl("/api/v3/send-sms");
        config.setMethod("POST");
        config.setBody(input);
        return BaseClient.deserialize(client.request(config), SendSMSRespDto.class);
    }
}
