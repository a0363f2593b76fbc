//! Reads lines of the form `number<TAB>country code` and prints the E.164 number and its country for each, or
//! `-` for a number that is refused.
//!
//! Both parts use the escapes of `tests/corpus/lines.py`; a country code of `-` means none.

use std::io::{BufRead as _, BufWriter, Error, Write as _, stdin, stdout};

use countersign_core::phone::PhoneNumber;

#[path = "../tests/corpus/lines.rs"]
mod lines;

fn main() -> Result<(), Error> {
    let mut answers = BufWriter::new(stdout().lock());
    for line in stdin().lock().lines() {
        let line = line?;
        let (number, code, _) = lines::pair(&line).ok_or_else(|| Error::other(line.clone()))?;
        match PhoneNumber::parse(&number, code.as_deref()) {
            Ok(phone) => writeln!(answers, "{}\t{}", phone.e164(), phone.country())?,
            Err(_) => writeln!(answers, "-")?,
        }
    }
    answers.flush()
}
