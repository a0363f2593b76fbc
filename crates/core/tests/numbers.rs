//! Compares our parser with Google's algorithm under our contract; `corpus/make.py` makes the lines.

use countersign_core::phone::{InvalidPhone, PhoneNumber};

#[path = "corpus/lines.rs"]
mod lines;

const CORPUS: &str = include_str!("corpus/numbers.tsv");
const SPELLINGS: &str = include_str!("corpus/spellings.txt");
const MALFORMED: &str = include_str!("corpus/malformed.txt");

fn rows(corpus: &str) -> impl Iterator<Item = &str> {
    corpus.lines().filter(|line| !line.starts_with('#'))
}

fn kind(error: InvalidPhone) -> &'static str {
    match error {
        InvalidPhone::Character(_) => "Character",
        InvalidPhone::CountryCode => "CountryCode",
        InvalidPhone::Contradiction => "Contradiction",
        InvalidPhone::NotValid => "NotValid",
        InvalidPhone::NotMobile => "NotMobile",
        InvalidPhone::OlderForm(_) => "OlderForm",
    }
}

/// Returns the fault in a line of the corpus, if there is one.
fn fault(row: &str) -> Option<String> {
    let Some((number, code, expected)) = lines::pair(row) else {
        return Some(format!("{row}\n    is no line of a corpus"));
    };
    let found = match PhoneNumber::parse(&number, code.as_deref()) {
        Ok(phone) => format!("{}\t{}", phone.e164(), phone.country()),
        Err(_) if expected == "refused" => return None,
        Err(error) => kind(error).to_owned(),
    };
    (found != expected).then(|| format!("{row}\n    is {found}"))
}

#[test]
fn every_number_of_the_corpus_is_read_as_the_oracle_reads_it() {
    let faults: Vec<_> = rows(CORPUS).filter_map(fault).collect();
    assert!(rows(CORPUS).count() > 5_000);
    assert!(
        faults.is_empty(),
        "{} lines:\n{}",
        faults.len(),
        faults.join("\n")
    );
}

// shows: C3
#[test]
fn a_canonical_number_is_its_own_canonical_form() {
    for row in rows(CORPUS) {
        let (number, code, _) = lines::pair(row).expect(row);
        let Ok(phone) = PhoneNumber::parse(&number, code.as_deref()) else {
            continue;
        };
        assert_eq!(PhoneNumber::parse(phone.e164(), None), Ok(phone), "{row}");
    }
}

#[test]
fn every_spelling_of_one_number_is_that_number() {
    assert!(rows(SPELLINGS).count() >= 40);
    for row in rows(SPELLINGS) {
        let (number, code, _) = lines::pair(row).expect(row);
        let phone = PhoneNumber::parse(&number, code.as_deref()).expect(row);
        assert_eq!(phone.e164(), "+8613800138000", "{row}");
    }
}

#[test]
fn a_malformed_spelling_of_a_number_is_refused() {
    assert!(rows(MALFORMED).count() >= 100);
    for row in rows(MALFORMED) {
        let (number, code, _) = lines::pair(row).expect(row);
        let found = PhoneNumber::parse(&number, code.as_deref());
        assert!(found.is_err(), "{row}: {found:?}");
    }
}
