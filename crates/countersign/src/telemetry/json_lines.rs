//! Events as lines of JSON: written as they are visited, since there is one for every request.

use std::fmt::{self, Write as _};

use countersign_core::printable::is_printable;
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime as _, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// One object a line: `timestamp`, `level`, the fields of the event, `target`.
pub(super) struct JsonLines;

impl<S, N> FormatEvent<S, N> for JsonLines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        writer.write_str(r#"{"timestamp":""#)?;
        SystemTime.format_time(&mut writer)?;
        write!(writer, r#"","level":"{}""#, event.metadata().level())?;
        let mut fields = Fields {
            writer: &mut writer,
            result: Ok(()),
        };
        event.record(&mut fields);
        fields.text("target", event.metadata().target());
        fields.result?;
        writer.write_str("}\n")
    }
}

/// Writes fields until one cannot be written.
struct Fields<'a, 'w> {
    writer: &'a mut Writer<'w>,
    result: fmt::Result,
}

impl Fields<'_, '_> {
    /// A value that is the same in JSON as in Rust.
    fn plain(&mut self, name: &str, value: impl fmt::Display) {
        if self.result.is_ok() {
            self.result = write!(self.writer, r#","{name}":{value}"#);
        }
    }

    fn text(&mut self, name: &str, value: impl fmt::Display) {
        if self.result.is_ok() {
            self.result = write!(self.writer, r#","{name}":""#)
                .and_then(|()| write!(Escaped(self.writer), "{value}"))
                .and_then(|()| self.writer.write_char('"'));
        }
    }
}

impl Visit for Fields<'_, '_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.text(field.name(), value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.text(field.name(), format_args!("{value:?}"));
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.plain(field.name(), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.plain(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.plain(field.name(), value);
    }
}

/// What is written through it is what stands between the quotes of a JSON text. A terminal that shows it obeys nothing
/// in it.
struct Escaped<'a, 'w>(&'a mut Writer<'w>);

impl fmt::Write for Escaped<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let mut rest = text;
        while let Some(at) = rest.find(|c: char| matches!(c, '"' | '\\') || !is_printable(c)) {
            let (plain, special) = rest.split_at(at);
            self.0.write_str(plain)?;
            let mut characters = special.chars();
            match characters.next() {
                Some(c @ ('"' | '\\')) => write!(self.0, "\\{c}")?,
                Some(c) => {
                    for unit in c.encode_utf16(&mut [0; 2]) {
                        write!(self.0, "\\u{unit:04x}")?;
                    }
                }
                None => {}
            }
            rest = characters.as_str();
        }
        self.0.write_str(rest)
    }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::sync::{Arc, Mutex};

    use serde_json::Value;
    use tracing_subscriber::fmt::MakeWriter;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'a> MakeWriter<'a> for Lines {
        type Writer = Self;

        fn make_writer(&'a self) -> Self {
            self.clone()
        }
    }

    #[test]
    fn every_event_is_an_object_on_a_line_of_its_own() {
        let lines = Lines::default();
        let logs = tracing_subscriber::fmt()
            .event_format(JsonLines)
            .with_writer(lines.clone())
            .finish();
        let odd = "\"quoted\" back\\slash \n\t\u{1} 验证码 \u{7f}\u{85}\u{9b}2J\u{202e}\u{e0041}";
        tracing::subscriber::with_default(logs, || {
            let nothing: Option<&str> = None;
            tracing::warn!(odd, shown = %odd, debugged = ?odd, count = 7_u64, less = -1_i64, is = true, nothing, "words");
            let error: &(dyn std::error::Error + 'static) = &io::Error::other("no \"room\"");
            tracing::error!(error, "failed");
        });
        let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
        assert!(text.chars().all(|c| c == '\n' || is_printable(c)), "{text}");
        let events: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        let [first, second] = events.as_slice() else {
            panic!("{text}");
        };
        assert_eq!(first["message"], "words");
        assert_eq!(first["level"], "WARN");
        assert_eq!(first["target"], module_path!());
        assert_eq!((&first["odd"], &first["shown"]), (&odd.into(), &odd.into()));
        assert_eq!(first["debugged"], format!("{odd:?}"));
        assert_eq!(first["count"], 7);
        assert_eq!(first["less"], -1);
        assert_eq!(first["is"], true);
        assert_eq!(first.get("nothing"), None);
        assert!(first["timestamp"].as_str().unwrap().ends_with('Z'));
        assert_eq!(second["error"], "no \"room\"");
    }
}
