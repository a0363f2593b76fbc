//! The countries and regions that codes go to: what holds for each, and what an operator decides about it.

use std::collections::BTreeMap;
use std::time::Duration;

use countersign_core::audit::Author;
use countersign_core::guard::{Block, CountryState};
use countersign_core::phone::Country;
use countersign_core::ports::setup::Setup;
use countersign_core::ports::tallies::{By, Row};
use countersign_core::price::Price;
use countersign_core::tally::Tally;
use countersign_core::time::Timestamp;

use super::{Manage, ManageError, Note, Rule};

/// The time of which messages are told.
const TOLD: Duration = Duration::from_secs(30 * 24 * 3_600);

/// The most countries that are decided on at once.
const MOST: usize = 300;

/// A country or region as it is now.
#[derive(Debug, Clone)]
pub struct ServedCountry {
    /// The country.
    pub country: Country,
    /// What an operator decided.
    pub state: CountryState,
    /// The start of that, and the reason; `None` where nothing was decided.
    pub decided: Option<(Timestamp, String)>,
    /// Of a watched country, the messages that went there since then, as far as this node knows.
    pub watched: Option<u64>,
    /// The providers of the route for applications without routes of their own, in order; none where no route is for it.
    pub providers: Vec<String>,
    /// Whether the deployment allows it.
    pub is_allowed: bool,
    /// The price of a message through the first provider.
    pub price: Option<Price>,
    /// The messages of the last 30 days.
    pub sent: u64,
    /// How many of their codes were used.
    pub verified: u64,
}

impl Manage {
    /// Returns every country and region that has numbers, by their two letters.
    ///
    /// # Errors
    /// [`ManageError::Unavailable`].
    pub async fn countries(&self) -> Result<Vec<ServedCountry>, ManageError> {
        let now = self.now();
        let tallies = self.of_all((now.before(TOLD), now), By::Country).await?;
        let rows = tallies.rows.into_iter();
        let counts: BTreeMap<_, _> = rows
            .filter_map(|(row, tally)| match row {
                Row::Named(code) => Some((code, tally)),
                Row::Span(_) => None,
            })
            .collect();
        let setup = self.setup();
        let served = Country::all().map(|country| {
            let counted = counts.get(country.as_str());
            self.served(&setup, country, counted, now)
        });
        Ok(served.collect())
    }

    fn served(
        &self,
        setup: &Setup,
        country: Country,
        counted: Option<&Tally>,
        now: Timestamp,
    ) -> ServedCountry {
        let messenger = &self.parts.messenger;
        let plan = messenger.plan();
        let providers = plan.routes.of_all(country).unwrap_or_default();
        let prices = messenger.prices();
        let first = providers.first();
        let (state, block) = CountryState::of(setup, country, now);
        let watched = |block: &Block| messenger.guard().watched(&block.area);
        ServedCountry {
            country,
            state,
            decided: block.map(|block| (block.since, block.note.clone())),
            watched: block.filter(|block| block.is_watch()).map(watched),
            is_allowed: messenger.countries().allows(country, &plan.routes),
            price: first.and_then(|provider| prices.price(provider, country)),
            sent: counted.map_or(0, |tally| tally.admitted),
            verified: counted.map_or(0, |tally| tally.verified),
            providers: providers.into_iter().map(str::to_owned).collect(),
        }
    }

    /// Decides on countries, one after the other, at once for each: an act on record for each whose state was another one before.
    /// Returns these. Where one of the changes fails, those before it hold, and the same call goes on from there.
    ///
    /// # Errors
    /// [`ManageError::Fields`] for no country, or too many.
    pub async fn set_countries(
        &self,
        by: Author,
        countries: Vec<Country>,
        state: CountryState,
        note: Note,
    ) -> Result<Vec<Country>, ManageError> {
        if countries.is_empty() || countries.len() > MOST {
            let most = u64::try_from(MOST).unwrap_or(u64::MAX);
            return Err(ManageError::rule("countries", Rule::Between(1, most)));
        }
        let mut changed = Vec::new();
        for country in countries {
            let area = CountryState::area(country).ok_or_else(|| unknown(country))?;
            let (before, _) = CountryState::of(&self.setup(), country, self.now());
            if before == state {
                continue;
            }
            match state.mode() {
                Some(mode) => {
                    let block = self.block_area(by.clone(), area, mode, None, note.clone());
                    block.await?;
                }
                None => self.lift_block(by.clone(), area).await?,
            }
            changed.push(country);
        }
        Ok(changed)
    }
}

fn unknown(country: Country) -> ManageError {
    ManageError::Unknown(format!("the country {country}"))
}
