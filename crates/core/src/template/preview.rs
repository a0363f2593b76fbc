//! A message with a sample code, as a phone will show it.

use std::time::Duration;

use super::builtin::built_in;
use super::{LONGEST_CODE, Language, Sender, TextTemplate};
use crate::channel::Channel;
use crate::policy::LONGEST_LIFE;
use crate::text::{Size, measure};

/// The code of a preview.
pub const SAMPLE_CODE: &str = "123456";

/// The life of the code of a preview.
pub const SAMPLE_LIFE: Duration = Duration::from_secs(300);

/// A text with a sample code, and its size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The text, with its last lines.
    pub text: String,
    /// The size of the text.
    pub size: Size,
    /// The maximum size: with the longest code and life.
    pub longest: Size,
    /// Whether this is the built-in text: there is no template, or the last lines of the sender do not fit
    /// after the template's text.
    pub is_built_in: bool,
}

/// Fills `template`, or without one the built-in text, with a sample code.
///
/// ```
/// # use countersign_core::{application::SmsName, channel::Channel, template::*};
/// let (name, template) = (SmsName::parse("Shop").unwrap(), "[{app}] {code}".parse().unwrap());
/// let preview = preview(Some(&template), Language::EnUs, Channel::Login, Sender::from(&name));
/// assert_eq!(preview.text, "[Shop] 123456");
/// assert_eq!((preview.size.encoding.as_str(), preview.size.units), ("GSM-7", 15));
/// assert_eq!((preview.longest.units, preview.longest.segments), (17, 1));
/// ```
#[must_use]
pub fn preview(
    template: Option<&TextTemplate>,
    language: Language,
    channel: Channel,
    sender: Sender<'_>,
) -> Preview {
    let template = template.filter(|template| template.leaves_room(sender));
    let filled = |code, life| match template {
        Some(template) => template.fill(sender, code, life),
        None => built_in(language, channel, sender, code, life),
    };
    let sample = filled(SAMPLE_CODE, SAMPLE_LIFE);
    Preview {
        size: measure(sample.reveal()),
        longest: measure(filled(LONGEST_CODE, LONGEST_LIFE).reveal()),
        text: sample.reveal().to_owned(),
        is_built_in: template.is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::application::SmsName;
    use crate::autofill::WebHost;
    use crate::text::Encoding;

    #[test]
    fn a_preview_has_the_text_that_a_phone_shows_and_its_size() {
        let name = SmsName::parse("示例商城").unwrap();
        let sender = Sender::from(&name);
        let shown = preview(None, Language::ZhCn, Channel::Login, sender);
        let text = "【示例商城】123456 是您的登录验证码，5 分钟内有效，请勿告诉他人。";
        assert_eq!((&*shown.text, shown.is_built_in), (text, true));
        assert_eq!(shown.size.units, text.chars().count());
        assert_eq!(shown.longest.units, shown.size.units + 3);
        let template = "{code}: don’t share".repeat(4).parse().unwrap();
        let shown = preview(Some(&template), Language::ZhCn, Channel::Login, sender);
        assert!(shown.text.starts_with("123456: don’t") && !shown.is_built_in);
        let size = Size {
            encoding: Encoding::Ucs2,
            units: 76,
            segments: 2,
        };
        assert_eq!(shown.size, size);
    }

    #[test]
    fn a_preview_tells_that_last_lines_leave_no_room() {
        let (name, host) = (SmsName::parse("Shop"), WebHost::parse("shop.example"));
        let (name, host) = (name.unwrap(), host.unwrap());
        let sender = Sender {
            web_host: Some(&host),
            ..Sender::from(&name)
        };
        for (words, is_built_in) in [(128, false), (129, true)] {
            let template = format!("{{code}}{}", "x".repeat(words)).parse().unwrap();
            let shown = preview(Some(&template), Language::EnUs, Channel::Login, sender);
            assert_eq!(shown.is_built_in, is_built_in);
            assert!(shown.text.ends_with("\n@shop.example #123456"));
            assert_eq!(shown.longest.segments, 1);
        }
    }
}
