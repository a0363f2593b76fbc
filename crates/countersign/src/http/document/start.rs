//! The start of the OpenAPI document: its description, in Markdown, which the reference shows before all operations.

use crate::first_calls::FirstCalls;

const ABOUT: &str = "Countersign sends one-time passcodes by SMS and checks the answer. The API is compatible with \
    GenAuth's V3 \"Send SMS\".\n\n";

const ANSWERS: &str = "Answers:\n\n\
    * Every answer under `/api/v3` but that of `system` is HTTP 200 with an envelope, **failures too**. `statusCode` \
    says what happened: 200 for success, otherwise the kind of failure.\n\
    * `message` is in the language of the header `x-authing-lang`: `en-US`, `zh-CN`, `zh-TW` or `ja-JP`. Without that \
    header `Accept-Language` decides, and without both it is `zh-CN`.\n";

/// The description; with the first calls, where there are any to show.
pub(crate) fn description(calls: Option<&FirstCalls>) -> String {
    let first = calls.map(first).unwrap_or_default();
    format!("{ABOUT}{first}{ANSWERS}")
}

fn first(calls: &FirstCalls) -> String {
    let FirstCalls { send, verify, .. } = calls;
    format!(
        "Send a code:\n\n```\n{send}\n```\n\n\
         The code arrives in the [inbox](/dev/outbox), and on the terminal of `countersign dev`. Check it as your \
         server would, with your code in the place of `CODE`; that uses it up:\n\n```\n{verify}\n```\n\n"
    )
}
