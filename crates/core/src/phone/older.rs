//! Forms of numbers that a numbering plan no longer has, and the form that took their place.
//!
//! The table `older_forms.tsv` has the forms; `docs/decisions/0019-older-forms.md` says when one is certain. The
//! oracle of the differential run reads the same table.

use std::sync::LazyLock;

/// A row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Form {
    /// The calling code of the older form.
    calling_code: &'static str,
    /// The older national number: a digit is itself and goes, `#` is any digit and `[13]` one of these, which stay.
    from: &'static str,
    /// Whether a trunk prefix 0 may stand before the older national number.
    trunk: bool,
    /// Whether only a form that names its country is meant.
    international: bool,
    /// The calling code of the form of today.
    calling_code_today: &'static str,
    /// The national number of today, with a `#` for each digit that stays.
    to: &'static str,
    /// Whether the older form can only mean this number.
    certain: bool,
    /// The form of today for people, such as `+590 690xxxxxx`.
    shown: &'static str,
}

/// The finding about a number in an older form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Older {
    /// The form can only mean this number of today, in E.164.
    Certain(String),
    /// The form could mean several numbers. Holds the form of today, for people.
    Uncertain(&'static str),
}

static FORMS: LazyLock<Vec<Form>> = LazyLock::new(|| {
    let rows = include_str!("older_forms.tsv").lines();
    let rows = rows.filter(|row| !row.starts_with('#') && !row.is_empty());
    rows.filter_map(Form::parse).collect()
});

/// Returns what `number`, digits that may have a leading `+`, means by an older plan, dialled in the country of the
/// calling code `home`; `None` where no older plan has it.
pub(super) fn find(number: &str, home: u16) -> Option<Older> {
    let home = home.to_string();
    let mut uncertain = None;
    for form in FORMS.iter() {
        let Some(kept) = form.find(number, &home) else {
            continue;
        };
        if form.certain {
            return Some(Older::Certain(form.today(&kept)));
        }
        uncertain = Some(Older::Uncertain(form.shown));
    }
    uncertain
}

impl Form {
    /// Reads a row: the form, the form of today, the same for people, the verdict, the source.
    fn parse(row: &'static str) -> Option<Self> {
        let mut columns = row.split('\t');
        let (from, to, shown, verdict) = (
            columns.next()?,
            columns.next()?,
            columns.next()?,
            columns.next()?,
        );
        let (calling_code, from) = from.split_once(' ')?;
        let (calling_code_today, to) = to.split_once(' ')?;
        let (calling_code, international) = match calling_code.strip_prefix('+') {
            Some(code) => (code, true),
            None => (calling_code, false),
        };
        Some(Self {
            calling_code,
            from: from.strip_prefix("(0)").unwrap_or(from),
            trunk: from.starts_with("(0)"),
            international,
            calling_code_today,
            to,
            certain: match verdict {
                "certain" => true,
                "not" => false,
                _ => return None,
            },
            shown,
        })
    }

    /// Returns the digits of `number` that stay, if it is in this form.
    fn find(&self, number: &str, home: &str) -> Option<String> {
        let after_code = |text| str::strip_prefix(text, self.calling_code);
        let at_home = !self.international && home == self.calling_code;
        let nationals = match number.strip_prefix('+') {
            Some(digits) => [after_code(digits), None, None, None],
            None => [
                number.strip_prefix("00").and_then(after_code),
                number.strip_prefix("011").and_then(after_code),
                at_home.then_some(number),
                after_code(number).filter(|_| at_home),
            ],
        };
        nationals.into_iter().flatten().find_map(|national| {
            let without_trunk = national.strip_prefix('0').filter(|_| self.trunk);
            kept(self.from, national).or_else(|| kept(self.from, without_trunk?))
        })
    }

    /// Returns the number of today in E.164, with these digits of the older one.
    fn today(&self, kept: &str) -> String {
        let mut kept = kept.chars();
        let to = self.to.chars();
        let national: String = to
            .filter_map(|c| if c == '#' { kept.next() } else { Some(c) })
            .collect();
        format!("+{}{national}", self.calling_code_today)
    }
}

/// Returns the digits that stay of `digits`, if they have the form `pattern`.
fn kept(pattern: &str, digits: &str) -> Option<String> {
    let (mut pattern, mut kept) = (pattern.chars(), String::new());
    for digit in digits.chars() {
        match pattern.next()? {
            '#' => kept.push(digit),
            '[' => {
                // Reads to the end of the class, so that the pattern goes on after it.
                let class: String = pattern.by_ref().take_while(|c| *c != ']').collect();
                kept.push(class.contains(digit).then_some(digit)?);
            }
            c if c == digit => {}
            _ => return None,
        }
    }
    pattern.next().is_none().then_some(kept)
}

#[cfg(test)]
mod tests;
