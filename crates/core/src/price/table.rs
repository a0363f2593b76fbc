//! The table of prices, and the lines of text that it is read from.

use std::collections::BTreeMap;

use super::{Amount, Currency, InvalidAmount, Price};
use crate::phone::Country;
use crate::send::route::{InvalidProviderName, ProviderName};

/// The prices of messages, by provider and country.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PriceTable {
    /// The price of each provider for a country; under no country, for all countries that have none of their own.
    prices: BTreeMap<ProviderName, BTreeMap<Option<Country>, Price>>,
}

/// The reason why a text is no [`PriceTable`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct InvalidPriceTable {
    /// The number of the line, from 1.
    pub line: usize,
    /// The constraint that the line breaks.
    pub problem: Problem,
}

/// The constraint that a line of a price table breaks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// The first line does not name the columns.
    #[error("the first line names the columns: {COLUMNS}")]
    Columns,
    /// More or fewer than four columns.
    #[error("a line has four columns: {COLUMNS}")]
    Count,
    /// Something that is no provider's name.
    #[error("{0}, not {1:?}")]
    Provider(InvalidProviderName, String),
    /// Something that is neither a country nor a star.
    #[error("a country is two letters such as CN, or * for all others, not {0:?}")]
    Country(String),
    /// Something that is no currency.
    #[error("a currency is three capital letters such as CNY, not {0:?}")]
    Currency(String),
    /// Something that is no amount of money.
    #[error("{0}, not {1:?}")]
    Price(InvalidAmount, String),
    /// A price beyond [`Price::MOST`].
    #[error("the price of a message is at most {most}, not {0}", most = Price::MOST)]
    TooHigh(Amount),
    /// The second price of a provider for the same country.
    #[error("{0} has a price for {1} already, in line {2}")]
    Twice(ProviderName, String, usize),
}

/// The columns, as the first line names them.
const COLUMNS: &str = "provider,country,currency,price";

/// The sign of all countries without a price of their own.
const REST: &str = "*";

impl PriceTable {
    /// Reads a table from comma-separated lines, of which the first is `provider,country,currency,price`. Blanks around a
    /// value, empty lines and lines that begin with `#` mean nothing.
    ///
    /// # Errors
    /// [`InvalidPriceTable`] names the first line that breaks a constraint.
    pub fn parse(text: &str) -> Result<Self, InvalidPriceTable> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let lines = text.lines().map(str::trim).zip(1..);
        let mut lines = lines.filter(|(line, _)| !line.is_empty() && !line.starts_with('#'));
        let at = |line| move |problem| InvalidPriceTable { line, problem };
        let (first, number) = lines.next().unwrap_or(("", 1));
        if columns(first).as_deref() != columns(COLUMNS).as_deref() {
            return Err(at(number)(Problem::Columns));
        }
        let (mut table, mut seen) = (Self::default(), BTreeMap::new());
        for (line, number) in lines {
            let (name, country, price) = entry(line).map_err(at(number))?;
            if let Some(before) = seen.insert((name.clone(), country), number) {
                let country = country.map_or(REST.to_owned(), |country| country.to_string());
                return Err(at(number)(Problem::Twice(name, country, before)));
            }
            table.prices.entry(name).or_default().insert(country, price);
        }
        Ok(table)
    }

    /// Returns the price of a message through `provider` to a number of `country`: the provider's price for that country,
    /// or else its price for all others.
    #[must_use]
    pub fn price(&self, provider: &str, country: Country) -> Option<Price> {
        let prices = self.prices.get(provider)?;
        prices
            .get(&Some(country))
            .or_else(|| prices.get(&None))
            .copied()
    }

    /// Returns the price of a message to `country` that each of `providers` was paid for. `None` where none has a price, or where
    /// their prices are in different currencies.
    pub fn paid<'a>(
        &self,
        providers: impl Iterator<Item = &'a str>,
        country: Country,
    ) -> Option<Price> {
        let priced: Vec<_> = providers
            .filter_map(|provider| self.price(provider, country))
            .collect();
        let currency = priced.first()?.currency;
        let is_one = priced.iter().all(|price| price.currency == currency);
        is_one.then(|| Price {
            amount: priced.iter().map(|price| price.amount).sum(),
            currency,
        })
    }

    /// Returns whether `provider` has a price for every country.
    #[must_use]
    pub fn prices_everything(&self, provider: &ProviderName) -> bool {
        let prices = self.prices.get(provider);
        prices.is_some_and(|prices| prices.contains_key(&None))
    }

    /// Iterates over the providers that have a price.
    pub fn providers(&self) -> impl Iterator<Item = &ProviderName> {
        self.prices.keys()
    }

    /// Returns whether there is no price at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.prices.is_empty()
    }
}

/// The values of a line; `None` where these are not four.
fn columns(line: &str) -> Option<Vec<&str>> {
    let values: Vec<_> = line.split(',').map(str::trim).collect();
    (values.len() == 4).then_some(values)
}

/// Reads the price of a provider for a country, or for all countries without one of their own.
fn entry(line: &str) -> Result<(ProviderName, Option<Country>, Price), Problem> {
    let values = columns(line).ok_or(Problem::Count)?;
    let [name, country, currency, amount] = values[..] else {
        return Err(Problem::Count);
    };
    let name = ProviderName::parse(name).map_err(|why| Problem::Provider(why, name.to_owned()))?;
    let country = match country {
        REST => None,
        code => Some(code)
            .and_then(Country::parse)
            .filter(|country| country.has_numbers())
            .map(Some)
            .ok_or_else(|| Problem::Country(code.to_owned()))?,
    };
    let currency =
        Currency::parse(currency).ok_or_else(|| Problem::Currency(currency.to_owned()))?;
    let amount = Amount::parse(amount).map_err(|why| Problem::Price(why, amount.to_owned()))?;
    if amount > Price::MOST {
        return Err(Problem::TooHigh(amount));
    }
    Ok((name, country, Price { amount, currency }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "provider,country,currency,price\n";

    fn name(text: &str) -> ProviderName {
        ProviderName::parse(text).unwrap()
    }

    fn country(code: &str) -> Country {
        Country::parse(code).unwrap()
    }

    #[test]
    fn the_price_of_a_country_goes_before_that_of_all_others() {
        let text = "\u{feff}# of the contract\r\nprovider, country, currency, price\r\n\r\naliyun,CN,CNY,0.045\r\n\
                    aliyun , * , CNY , 0.60\r\ntwilio,US,USD,0.0079\r\nown,*,CNY,0\r\n";
        let table = PriceTable::parse(text).unwrap();
        let shown = |provider: &str, code: &str| {
            let price = table.price(provider, country(code))?;
            Some(format!("{} {}", price.amount, price.currency))
        };
        assert_eq!(shown("aliyun", "CN").as_deref(), Some("0.045 CNY"));
        assert_eq!(shown("aliyun", "US").as_deref(), Some("0.60 CNY"));
        assert_eq!(shown("twilio", "US").as_deref(), Some("0.0079 USD"));
        assert_eq!(shown("twilio", "CN"), None);
        assert_eq!(shown("other", "CN"), None);
        assert_eq!(
            shown("own", "CN").as_deref(),
            Some("0.00 CNY"),
            "costs nothing"
        );
        let all = ["aliyun", "own", "twilio"].map(name);
        assert!(table.providers().eq(&all) && !table.is_empty());
        let everything = all.map(|provider| table.prices_everything(&provider));
        assert_eq!(everything, [true, true, false]);
        assert!(!table.prices_everything(&name("other")));
        assert!(PriceTable::parse(HEAD).unwrap().is_empty());
    }

    #[test]
    fn a_line_that_breaks_a_constraint_is_named_with_it() {
        let refused = |text: &str| PriceTable::parse(text).unwrap_err().to_string();
        let line = |line: &str| refused(&format!("{HEAD}# a comment\n{line}\n"));
        let columns = "the first line names the columns: provider,country,currency,price";
        assert_eq!(refused(""), format!("line 1: {columns}"));
        assert_eq!(
            refused("\naliyun,CN,CNY,0.045"),
            format!("line 2: {columns}")
        );
        assert_eq!(
            refused("provider,country,price,currency"),
            format!("line 1: {columns}")
        );
        for (text, says) in [
            (
                "aliyun,CN,CNY",
                "a line has four columns: provider,country,currency,price",
            ),
            (
                "aliyun,CN,CNY,0,045",
                "a line has four columns: provider,country,currency,price",
            ),
            (
                "Ali,CN,CNY,1",
                "the name of a provider has 1 to 32 characters of a-z 0-9 -, and begins with a letter, not \"Ali\"",
            ),
            (
                "aliyun,cn,CNY,1",
                "a country is two letters such as CN, or * for all others, not \"cn\"",
            ),
            (
                "aliyun,XX,CNY,1",
                "a country is two letters such as CN, or * for all others, not \"XX\"",
            ),
            (
                "aliyun,CN,RMB¥,1",
                "a currency is three capital letters such as CNY, not \"RMB¥\"",
            ),
            (
                "aliyun,CN,CNY,free",
                "an amount is a decimal number such as 0.045, not \"free\"",
            ),
            (
                "aliyun,CN,CNY,0.04512",
                "an amount has at most 4 decimals, not \"0.04512\"",
            ),
            (
                "aliyun,CN,CNY,100000.0001",
                "the price of a message is at most 100000.00, not 100000.0001",
            ),
            (
                "a,CN,CNY,1\na,CN,USD,1",
                "a has a price for CN already, in line 3",
            ),
            (
                "a,*,CNY,1\na,*,CNY,1",
                "a has a price for * already, in line 3",
            ),
        ] {
            let at = if text.contains('\n') { 4 } else { 3 };
            assert_eq!(line(text), format!("line {at}: {says}"));
        }
        let most = PriceTable::parse(&format!("{HEAD}a,CN,VND,100000"));
        assert!(most.is_ok());
    }
}
