//! A form on a page: rows of fields, the summary of what is wrong with them, and what somebody else changed meanwhile.

use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;

use super::entry::Visit;
use super::form::Form;
use super::shell::Shell;
use super::words::{Words, rules};
use crate::http::page;

/// The field in which a form carries the version that the person saw.
pub(super) const VERSION: &str = "version";

/// A page with one form.
#[derive(Template)]
#[template(path = "console/form.html")]
pub(super) struct FormPage {
    pub(super) shell: Shell,
    pub(super) title: String,
    /// The address and the name of the page above this one.
    pub(super) back: (String, &'static str),
    /// What the form is about; on a page that asks whether to go on, what stops working.
    pub(super) lead: Vec<String>,
    pub(super) form: FormView,
    pub(super) facts: Vec<(&'static str, String)>,
    /// The addresses and names of pages that go on from here.
    pub(super) links: Vec<(String, String)>,
}

/// A form.
#[derive(Default)]
pub(super) struct FormView {
    /// The address that the form is sent to.
    pub(super) action: String,
    /// Fields that a person does not see.
    pub(super) hidden: Vec<(&'static str, String)>,
    pub(super) rows: Vec<Row>,
    /// The first one is what Enter does.
    pub(super) buttons: Vec<Button>,
    /// Whether the person may see the form, and not send it.
    pub(super) is_readonly: bool,
    /// Sentences about what is wrong, with the id of the field that each is about.
    pub(super) problems: Vec<(Option<String>, String)>,
    /// What was stored since the person opened the form.
    pub(super) changed: Vec<Difference>,
}

/// A field of a form with everything around it.
pub(super) struct Row {
    /// The name in the form.
    pub(super) name: String,
    pub(super) id: String,
    pub(super) label: String,
    pub(super) hint: String,
    /// The address and the name of the page of a vendor where the value stands.
    pub(super) link: Option<(&'static str, String)>,
    pub(super) example: String,
    pub(super) input: Input,
    pub(super) error: Option<String>,
    /// The value that is stored, of a field that a person can change.
    pub(super) stored: Option<String>,
}

/// How a person gives a value.
pub(super) enum Input {
    Line(String),
    /// Several lines.
    Lines(String),
    /// A day.
    Day(String),
    /// A value that is never shown again.
    Secret,
    /// One of these.
    Choice(Vec<Choice>),
    /// Yes or no.
    Check(bool),
}

/// A value that can be chosen.
pub(super) struct Choice {
    pub(super) value: String,
    pub(super) name: String,
    pub(super) is_chosen: bool,
}

/// A button that sends a form.
pub(super) struct Button {
    /// What the field `then` says when a person presses it.
    pub(super) then: &'static str,
    pub(super) name: &'static str,
    /// The class: empty, `second`, or `danger` for what cannot be undone.
    pub(super) class: &'static str,
}

/// A field whose stored value is another than what the person sent.
pub(super) struct Difference {
    pub(super) label: String,
    pub(super) stored: String,
    pub(super) sent: String,
}

impl Row {
    fn new(name: impl Into<String>, label: impl Into<String>, input: Input) -> Self {
        let name = name.into();
        Self {
            id: name.replace('.', "-"),
            name,
            label: label.into(),
            hint: String::new(),
            link: None,
            example: String::new(),
            input,
            error: None,
            stored: None,
        }
    }

    /// A value of one line: what the person sent, or else what is stored.
    pub(super) fn line(name: &str, label: impl Into<String>, sent: &Form, stored: &str) -> Self {
        let shown = sent.or(name, stored);
        Self {
            stored: Some(stored.to_owned()),
            ..Self::new(name, label, Input::Line(shown))
        }
    }

    /// A value of several lines: what the person sent, or else what is stored.
    pub(super) fn lines(name: &str, label: impl Into<String>, sent: &Form, stored: &str) -> Self {
        let shown = sent.or(name, stored);
        Self {
            stored: Some(stored.to_owned()),
            ..Self::new(name, label, Input::Lines(shown))
        }
    }

    /// A day of the calendar, such as `2026-11-30`.
    pub(super) fn day(name: &str, label: impl Into<String>, shown: &str) -> Self {
        Self::new(name, label, Input::Day(shown.to_owned()))
    }

    /// A value that is not shown again.
    pub(super) fn secret(name: &str, label: impl Into<String>) -> Self {
        Self::new(name, label, Input::Secret)
    }

    /// Yes or no: what the person sent, or else what is stored.
    pub(super) fn check(name: &str, label: impl Into<String>, sent: &Form, stored: bool) -> Self {
        let is_checked = match sent.is_empty() {
            true => stored,
            false => !sent.get(name).is_empty(),
        };
        Self::new(name, label, Input::Check(is_checked))
    }

    /// One of `choices`, each a value and a name: what the person sent, or else what is stored.
    pub(super) fn choice(
        name: &str,
        label: impl Into<String>,
        choices: impl IntoIterator<Item = (String, String)>,
        sent: &Form,
        stored: &str,
    ) -> Self {
        let shown = sent.or(name, stored);
        let choices = choices.into_iter().map(|(value, name)| Choice {
            is_chosen: value == shown,
            value,
            name,
        });
        Self {
            stored: Some(stored.to_owned()),
            ..Self::new(name, label, Input::Choice(choices.collect()))
        }
    }

    /// The same field with this hint.
    pub(super) fn hint(self, hint: impl Into<String>) -> Self {
        let hint = hint.into();
        Self { hint, ..self }
    }

    /// The same field with this example.
    pub(super) fn example(self, example: &str) -> Self {
        let example = example.to_owned();
        Self { example, ..self }
    }

    /// The ids of the elements that describe the field.
    pub(super) fn described_by(&self) -> String {
        let hint = !self.hint.is_empty() || !self.example.is_empty() || self.link.is_some();
        let parts = [(hint, "hint"), (self.error.is_some(), "error")];
        let parts = parts.into_iter().filter(|(is_there, _)| *is_there);
        let ids: Vec<_> = parts
            .map(|(_, part)| format!("{}-{part}", self.id))
            .collect();
        ids.join(" ")
    }

    /// The value that the person sent, as far as it is shown again.
    fn sent(&self) -> Option<&str> {
        match &self.input {
            Input::Line(text) | Input::Lines(text) | Input::Day(text) => Some(text),
            Input::Choice(choices) => {
                let chosen = choices.iter().find(|choice| choice.is_chosen);
                chosen.map(|choice| choice.value.as_str())
            }
            Input::Secret | Input::Check(_) => None,
        }
    }

    /// A sentence about what is wrong with the field, which names it.
    pub(super) fn told(&self, sentence: &str, words: &Words) -> String {
        let is_chosen = matches!(self.input, Input::Choice(_));
        rules::of_field(words, &self.label, sentence, is_chosen)
    }

    /// Whether `field` is this field, or a part of its value.
    fn holds(&self, field: &str) -> bool {
        let rest = field.strip_prefix(self.name.as_str());
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
    }
}

impl Button {
    /// The button of a form that has one.
    pub(super) const fn new(name: &'static str) -> Self {
        let (then, class) = ("", "");
        Self { then, name, class }
    }

    /// The button of a form beside others.
    pub(super) const fn second(name: &'static str) -> Self {
        Self::then("", name)
    }

    /// Another button, after which something else is done.
    pub(super) const fn then(then: &'static str, name: &'static str) -> Self {
        let class = "second";
        Self { then, name, class }
    }

    /// The button after which something is gone.
    pub(super) const fn danger(name: &'static str) -> Self {
        let (then, class) = ("", "danger");
        Self { then, name, class }
    }
}

impl FormView {
    /// The form with this version of what it is about. One that came back after a proof keeps the version that the person saw.
    pub(super) fn at(mut self, visit: &Visit, version: u64) -> Self {
        self.hidden.push((VERSION, version.to_string()));
        if visit.is_returned {
            self.keep_version(&visit.form);
        }
        self
    }

    /// Tells what is wrong with a field. A field that the form has not is told of in the summary alone.
    pub(super) fn refuse(&mut self, field: &str, sentence: String) {
        let row = self.rows.iter_mut().find(|row| row.holds(field));
        let id = row.map(|row| {
            // A field has one sentence beside it, and the summary has all.
            row.error.get_or_insert_with(|| sentence.clone());
            row.id.clone()
        });
        self.problems.push((id, sentence));
    }

    /// A sentence about what is wrong, as the summary tells it: the one beside the field, where it is about one.
    pub(super) fn told(&self, field: &Option<String>, sentence: &str, words: &Words) -> String {
        let row = field.as_ref();
        let row = row.and_then(|id| self.rows.iter().find(|row| row.id == *id));
        row.map_or_else(|| sentence.to_owned(), |row| row.told(sentence, words))
    }

    /// Keeps the version that the person saw.
    pub(super) fn keep_version(&mut self, sent: &Form) {
        for (name, value) in &mut self.hidden {
            if *name == VERSION && !sent.get(VERSION).is_empty() {
                sent.get(VERSION).clone_into(value);
            }
        }
    }

    /// Tells which fields are stored otherwise than the person sent them.
    pub(super) fn tell_changes(&mut self) {
        let rows = self.rows.iter();
        let other = rows.filter_map(|row| {
            let (stored, sent) = (row.stored.as_deref()?, row.sent()?);
            (stored != sent).then(|| Difference {
                label: row.label.clone(),
                stored: stored.to_owned(),
                sent: sent.to_owned(),
            })
        });
        self.changed = other.collect();
    }

    /// Whether something is wrong.
    pub(super) fn is_refused(&self) -> bool {
        !self.problems.is_empty()
    }
}

impl FormPage {
    /// The answer with this page.
    pub(super) fn found(&self) -> Response {
        page::found(self)
    }

    /// The answer with this page and another status.
    pub(super) fn answer(&self, status: StatusCode) -> Response {
        page::answer(status, self)
    }
}
