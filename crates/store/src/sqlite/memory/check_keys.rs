//! The keys under which a check finds what it looks at.

use std::sync::Arc;

use countersign_core::code::check::CodeCheck;

use crate::hit::{LoggedHit, Touched};
use crate::seal::{Keys, Sealer};

/// The keys of everything that a check looks at.
#[derive(Debug)]
pub(crate) struct CheckKeys {
    pub(crate) scope: Keys,
    pub(crate) phone: Keys,
    /// The buckets of wrong guesses.
    pub(crate) touched: Touched,
    /// The hits of sends that a right guess ends, under the keys of every generation.
    pub(crate) ends: Arc<[LoggedHit]>,
    /// The buckets of where the guess comes from.
    pub(crate) source: Option<SourceKeys>,
}

/// The buckets of where a guess comes from.
#[derive(Debug)]
pub(crate) struct SourceKeys {
    pub(crate) address: Option<Touched>,
    pub(crate) wrong: Touched,
    pub(crate) right: Touched,
}

impl CheckKeys {
    /// Computes the keys of everything that `check` looks at.
    pub(crate) fn of(check: &CodeCheck, sealer: &Sealer) -> Self {
        let guess = &check.guess;
        let (app, channel) = (guess.app.as_str(), guess.channel.as_str());
        let touched = |rules| Touched::of(rules, sealer);
        Self {
            scope: sealer.keys(|each| each.code_scope(app, channel, &guess.phone)),
            phone: sealer.keys(|each| each.phone(&guess.phone)),
            touched: touched(&check.rules),
            ends: match &check.ends {
                Some(ends) => touched(ends).under_every_key(),
                None => Arc::new([]),
            },
            source: check.source.as_ref().map(|rules| SourceKeys {
                address: rules.address.as_ref().map(touched),
                wrong: touched(&rules.wrong),
                right: touched(&rules.right),
            }),
        }
    }

    /// Returns the hits of a wrong guess: about the number, and of where it comes from.
    pub(crate) fn wrong_hits(&self) -> Arc<[LoggedHit]> {
        let Some(source) = &self.source else {
            return Arc::clone(&self.touched.hits);
        };
        let address = source.address.iter().flat_map(|touched| &*touched.hits);
        let hits = self.touched.hits.iter().chain(address);
        hits.chain(&*source.wrong.hits).copied().collect()
    }
}
