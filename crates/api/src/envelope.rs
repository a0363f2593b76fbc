use serde::{Deserialize, Serialize};

use crate::{DemandedChallenge, Fault, Lang};

/// The wrapper of every answer except [`SystemInfo`](crate::SystemInfo). `T` is the `data` of endpoints that
/// have any.
///
/// ```
/// use countersign_api::{Envelope, Lang};
/// let answer = Envelope::success(Lang::EnUs, "b0c0e0f2-1111-4222-8333-944445555666".to_owned());
/// assert_eq!(
///     serde_json::to_string(&answer).unwrap(),
///     r#"{"statusCode":200,"message":"Operation successful","requestId":"b0c0e0f2-1111-4222-8333-944445555666"}"#,
/// );
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Envelope<T = ()> {
    /// 200 for success, otherwise the kind of failure. It differs from the HTTP status, which is always 200.
    pub status_code: u16,
    /// One sentence for people, in the requested language.
    pub message: String,
    /// The exact fault, where it has a business meaning. Absent on success.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub api_code: Option<u32>,
    /// The id of the request; quote it when asking for help.
    pub request_id: String,
    /// The result of the endpoint, if it has one; of a failure, the challenge to solve.
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    pub data: Option<T>,
    /// How far back a search went, where `data` may lack older entries because the search looks at a bounded number of them.
    /// Absent where nothing is lacking, and where the page is full.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub searched_to: Option<SearchedTo>,
}

/// The last message that a search looked at. A search with `before` = `message_id` goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SearchedTo {
    /// The id of the message.
    pub message_id: String,
    /// The time of its decision, RFC 3339, UTC.
    pub decided_at: String,
}

fn none<T>() -> Option<T> {
    None
}

impl Envelope {
    /// Makes the envelope of a success without data.
    #[must_use]
    pub fn success(lang: Lang, request_id: String) -> Self {
        Envelope::with(lang, request_id, None)
    }

    /// Makes the envelope of a failure, without the challenge of one that demands it.
    ///
    /// ```
    /// use countersign_api::{Envelope, Fault, Lang};
    /// let answer = Envelope::failure(&Fault::UnknownApplication, Lang::EnUs, "r".to_owned());
    /// assert_eq!((answer.status_code, answer.api_code), (404, Some(2011)));
    /// ```
    #[must_use]
    pub fn failure(fault: &Fault, lang: Lang, request_id: String) -> Self {
        Envelope {
            status_code: fault.status_code(),
            message: fault.message(lang),
            api_code: fault.api_code(),
            request_id,
            data: None,
            searched_to: None,
        }
    }
}

impl Envelope<DemandedChallenge> {
    /// Makes the envelope of a failure, with the challenge of one that demands it.
    ///
    /// ```
    /// use countersign_api::{Envelope, Fault, Lang};
    /// let answer = Envelope::demanding(&Fault::UnknownApplication, Lang::EnUs, "r".to_owned());
    /// assert_eq!((answer.status_code, answer.data), (404, None));
    /// ```
    #[must_use]
    pub fn demanding(fault: &Fault, lang: Lang, request_id: String) -> Self {
        let Envelope {
            status_code,
            message,
            api_code,
            request_id,
            data: _,
            searched_to,
        } = Envelope::failure(fault, lang, request_id);
        Envelope {
            status_code,
            message,
            api_code,
            request_id,
            data: fault.challenge().cloned(),
            searched_to,
        }
    }
}

impl<T> Envelope<T> {
    /// Makes the envelope of a success with data.
    ///
    /// ```
    /// use countersign_api::{Envelope, Lang};
    /// let answer = Envelope::with_data(Lang::ZhCn, "r".to_owned(), 7);
    /// assert_eq!(answer.data, Some(7));
    /// ```
    #[must_use]
    pub fn with_data(lang: Lang, request_id: String, data: T) -> Self {
        Self::with(lang, request_id, Some(data))
    }

    /// Makes the envelope of a search that went so far back; see [`Envelope::searched_to`].
    ///
    /// ```
    /// use countersign_api::{Envelope, Lang, SearchedTo};
    /// let searched_to = SearchedTo {
    ///     message_id: "01a1ffdc-fcf5-7981-820b-5bfb6088c457".to_owned(),
    ///     decided_at: "2026-11-21T20:00:00.000Z".to_owned(),
    /// };
    /// let answer = Envelope::with_data(Lang::EnUs, "r".to_owned(), [0; 0]).searched(Some(searched_to));
    /// assert_eq!(
    ///     serde_json::to_value(&answer).unwrap()["searchedTo"]["decidedAt"],
    ///     "2026-11-21T20:00:00.000Z",
    /// );
    /// ```
    #[must_use]
    pub fn searched(self, searched_to: Option<SearchedTo>) -> Self {
        Self {
            searched_to,
            ..self
        }
    }

    fn with(lang: Lang, request_id: String, data: Option<T>) -> Self {
        let message = match lang {
            Lang::ZhCn => "操作成功",
            Lang::EnUs => "Operation successful",
            Lang::ZhTw => "操作成功",
            Lang::JaJp => "操作が成功しました",
        };
        Envelope {
            status_code: 200,
            message: message.to_owned(),
            api_code: None,
            request_id,
            data,
            searched_to: None,
        }
    }
}
