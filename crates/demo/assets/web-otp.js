// Fills the code in where the browser can read the message by itself (WebOTP). Without it, the person types.
const field = document.querySelector("#code");
if ("OTPCredential" in window) {
  const stop = new AbortController();
  field.form.addEventListener("submit", () => stop.abort());
  navigator.credentials.get({ otp: { transport: ["sms"] }, signal: stop.signal })
    .then(({ code }) => { field.value = code; field.form.requestSubmit(); })
    .catch(() => {});
}
