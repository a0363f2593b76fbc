"""The table of cases. Every SDK goes through all of them, in this order.

A case is a name and a function that takes a Trial and raises when something is not as expected.
Each case and channel has a number of its own, in a block of a hundred of its own: so one failure does not
cause the next, and no limit that ships with the product refuses. The numbers that should work are valid and
mobile (the American ones: fixed-line or mobile) for libphonenumber.
"""

from . import checks, expect

CHANNELS = (
    "CHANNEL_LOGIN",
    "CHANNEL_REGISTER",
    "CHANNEL_RESET_PASSWORD",
    "CHANNEL_BIND_PHONE",
    "CHANNEL_UNBIND_PHONE",
    "CHANNEL_BIND_MFA",
    "CHANNEL_VERIFY_MFA",
    "CHANNEL_UNBIND_MFA",
    "CHANNEL_COMPLETE_PHONE",
    "CHANNEL_IDENTITY_VERIFICATION",
    "CHANNEL_DELETE_ACCOUNT",
)
LOGIN = "CHANNEL_LOGIN"
COUNTRIES = (
    ("CN", "CHN", "+86", "🇨🇳", ("中国", "China", "中國", "中国")),
    ("GB", "GBR", "+44", "🇬🇧", ("英国", "United Kingdom", "英國", "イギリス")),
    ("US", "USA", "+1", "🇺🇸", ("美国", "United States", "美國", "アメリカ合衆国")),
    ("JP", "JPN", "+81", "🇯🇵", ("日本", "Japan", "日本", "日本")),
)


def accepts(channel):
    def case(trial):
        number = f"188{10 + CHANNELS.index(channel)}008888"
        answer = trial.send_sms(channel, number, "+86")
        expect.answered(answer, 200)
        expect.delivered_once(trial.outbox(f"+86{number}"), f"+86{number}", channel)

    return case


def one_per_channel_and_minute(trial):
    for place, channel in enumerate(CHANNELS):
        number = f"188{30 + place}008889"
        first = trial.send_sms(channel, number, "+86")
        expect.answered(first, 200, about=f"{channel}, first")
        second = trial.send_sms(channel, number, "+86")
        expect.answered(second, 429, about=f"{channel}, again")
        expect.delivered(trial.outbox(f"+86{number}"), f"+86{number}", [channel])


def no_country_code(trial):
    expect.answered(trial.send_sms(LOGIN, "18809008888"), 200)
    expect.delivered(trial.outbox("+8618809008888"), "+8618809008888", [LOGIN])


def american_number(trial):
    expect.answered(trial.send_sms(LOGIN, "4155550132", "+1"), 200)
    expect.delivered(trial.outbox("+14155550132"), "+14155550132", [LOGIN])


def country_code_spellings(trial):
    for spelling, status in (("86", 200), ("086", 429), ("0086", 429), ("+86", 429), ("", 429)):
        answer = trial.send_sms(LOGIN, "18809108888", spelling)
        expect.answered(answer, status, about=f'phoneCountryCode "{spelling}"')
    expect.delivered(trial.outbox("+8618809108888"), "+8618809108888", [LOGIN])


def bad_number(trial):
    for number in ("12345", "1880000888", "01012345678"):  # short, one digit short, a landline
        answer = trial.send_sms(LOGIN, number, "+86")
        expect.answered(answer, 400, api_code=2028, about=number)


def unknown_channel(trial):
    answer = trial.send_sms("CHANNEL_NO_SUCH_THING", "18809208888", "+86")
    expect.answered(answer, 400)
    expect.delivered(trial.outbox("+8618809208888"), "+8618809208888", [])


def unknown_application(trial):
    answer = trial.send_sms(LOGIN, "18809308888", "+86", app_id="no-such-app")
    expect.answered(answer, 404, api_code=2011)
    expect.delivered(trial.outbox("+8618809308888"), "+8618809308888", [])


def country_not_served(trial):
    answer = trial.send_sms(LOGIN, "7400123456", "+44")
    expect.answered(answer, 422, api_code=2990001)
    expect.delivered(trial.outbox("+447400123456"), "+447400123456", [])


def countries(trial):
    answer = trial.get_country_list()
    expect.answered(answer, 200)
    expect.countries(answer.get("data"), at_least=200)
    for alpha2, alpha3, code, flag, names in COUNTRIES:
        expect.country(answer["data"], alpha2, alpha3, code, flag, names)


def system(trial):
    expect.system(trial.get_system_info())


CASES = (
    *((f"{channel} is accepted and arrives once", accepts(channel)) for channel in CHANNELS),
    ("one message per number, channel and minute", one_per_channel_and_minute),
    ("a number without country code arrives as +86", no_country_code),
    ("a +1 number arrives as +1", american_number),
    ("86, 086, 0086, +86 and \"\" are one country code", country_code_spellings),
    ("a number that is not a valid mobile is refused", bad_number),
    ("an unknown channel is refused", unknown_channel),
    ("an unknown application is refused", unknown_application),
    ("a country that is not served is refused", country_not_served),
    ("the list of countries has codes, flags and names", countries),
    ("the system tells its version, without an envelope", system),
    *checks.CASES,
)
