"""The cases of checking codes, a part of the table of cases.py."""

from . import expect

LOGIN, REGISTER = "CHANNEL_LOGIN", "CHANNEL_REGISTER"
TRIES = 5  # wrong guesses that a login code dies of


def right_code_twice(trial):
    code = _sent(trial, LOGIN, "18809408888")
    for time in ("once", "twice"):
        answer = trial.pre_check_code(LOGIN, "18809408888", code, phoneCountryCode="+86")
        expect.pre_checked(answer, True, about=time)


def wrong_code(trial):
    code = _sent(trial, LOGIN, "18809508888")
    answer = trial.pre_check_code(LOGIN, "18809508888", wrong(code), phoneCountryCode="+86")
    expect.pre_checked(answer, False)
    answer = trial.pre_check_code(LOGIN, "18809508888", code, phoneCountryCode="+86")
    expect.pre_checked(answer, True, about="the right one after it")


def too_many_wrong_codes(trial):
    code = _sent(trial, LOGIN, "18809608888")
    guesses = [trial.pre_check_code(LOGIN, "18809608888", wrong(code)) for _ in range(TRIES)]
    dead = trial.pre_check_code(LOGIN, "18809608888", code)
    for answer in (*guesses, dead):
        expect.pre_checked(answer, False)
    if dead["data"] != guesses[0]["data"]:
        raise expect.Mismatch("the data of any wrong code", dead["data"])


def code_of_another_channel(trial):
    code = _sent(trial, REGISTER, "18809708888")
    expect.pre_checked(trial.pre_check_code(LOGIN, "18809708888", code), False, about=LOGIN)
    expect.pre_checked(trial.pre_check_code(REGISTER, "18809708888", code), True, about=REGISTER)


def code_for_america(trial):
    expect.answered(trial.send_sms(LOGIN, "4155550133", "+1"), 200)
    code = expect.passcode(trial.outbox("+14155550133"))
    answer = trial.pre_check_code(LOGIN, "4155550133", code, phoneCountryCode="+1")
    expect.pre_checked(answer, True)


def no_country_code(trial):
    code = _sent(trial, LOGIN, "18809808888")
    for country in ({}, {"phoneCountryCode": None}, {"phoneCountryCode": ""}):
        answer = trial.pre_check_code(LOGIN, "18809808888", code, **country)
        expect.pre_checked(answer, True, about=str(country))


def bad_number(trial):
    answer = trial.pre_check_code(LOGIN, "12345", "000000", phoneCountryCode="+86")
    expect.answered(answer, 400, api_code=2028)


def used_by_the_application(trial):
    code = _sent(trial, LOGIN, "18809908888")
    expect.pre_checked(trial.pre_check_code(LOGIN, "18809908888", code), True, about="before")
    expect.verified(trial.application.verify_code(LOGIN, "18809908888", code))
    expect.pre_checked(trial.pre_check_code(LOGIN, "18809908888", code), False, about="after")
    again = trial.application.verify_code(LOGIN, "18809908888", code)
    expect.not_verified(again, reason="used")


def used_by_the_sdk(trial):
    code = _sent(trial, LOGIN, "18800008888")
    expect.verified(trial.verify_code(LOGIN, "18800008888", code))
    expect.not_verified(trial.verify_code(LOGIN, "18800008888", code), reason="used")
    expect.pre_checked(trial.pre_check_code(LOGIN, "18800008888", code), False, about="after")


def tries_that_are_left(trial):
    code = _sent(trial, LOGIN, "18800108888")
    for left in reversed(range(TRIES)):
        answer = trial.verify_code(LOGIN, "18800108888", wrong(code))
        expect.not_verified(answer, reason="wrong", triesLeft=left)
    answer = trial.verify_code(LOGIN, "18800108888", code)
    expect.not_verified(answer, reason="exhausted", triesLeft=0)


def _sent(trial, channel, number):
    """The code of a message that the SDK sends to a number of +86."""
    expect.answered(trial.send_sms(channel, number, "+86"), 200)
    return expect.passcode(trial.outbox(f"+86{number}"))


def wrong(code):
    """Another code of the same length."""
    return f"{(int(code) + 1) % 10 ** len(code):0{len(code)}}"


CASES = (
    ("preCheckCode: the right code passes, and twice", right_code_twice),
    ("preCheckCode: a wrong code fails, and the right one passes still", wrong_code),
    ("preCheckCode: after five wrong codes the right one fails as well", too_many_wrong_codes),
    ("preCheckCode: a code passes for its own channel only", code_of_another_channel),
    ("preCheckCode: a code for a +1 number passes", code_for_america),
    ('preCheckCode: no country code, null and "" are +86', no_country_code),
    ("preCheckCode: a number that is not a valid mobile is refused", bad_number),
    ("preCheckCode: a code that the application's server used up fails", used_by_the_application),
    ("verifyCode: the right code passes, once", used_by_the_sdk),
    ("verifyCode: a wrong code costs a try, and says how many are left", tries_that_are_left),
)
