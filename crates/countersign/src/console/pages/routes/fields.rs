//! The fields of a route: the rows of its form, what a person sent, and a provider that is moved up.

use countersign_core::ports::setup::Setup;
use countersign_core::send::route::{MOST_PROVIDERS, OnUnknown, ProviderName, Route, Selection};

use crate::console::entry::Visit;
use crate::console::form::Form;
use crate::console::form_page::Row;

/// The field with the first provider, by which rules name all of them.
const PROVIDERS: &str = "providers";
const SHARES: &str = "shares";
const ORDER: &str = "order";
const ON_UNKNOWN: &str = "onUnknown";

/// What the button says, with a place behind it, that moves the provider at this place up.
const UP: &str = "up-";

/// The field with the provider at this place, from 0 on.
fn place(number: usize) -> String {
    match number {
        0 => PROVIDERS.to_owned(),
        _ => format!("provider-{}", number + 1),
    }
}

/// The fields of a route, with what the person sent or what is stored.
pub(super) fn rows(visit: &Visit, setup: &Setup, stored: Option<&Route>) -> Vec<Row> {
    let words = &visit.words().routes;
    let names: Vec<_> = setup.providers.keys().map(ToString::to_string).collect();
    let held = stored.map_or(0, |route| route.providers.len());
    let places = names.len().max(held).clamp(1, MOST_PROVIDERS);
    let providers = (0..places).map(|number| {
        let choices = std::iter::once((String::new(), words.nobody.to_owned()))
            .chain(names.iter().map(|name| (name.clone(), name.clone())));
        let stored = stored.and_then(|route| route.providers.get(number));
        let stored = stored.map(|(name, _)| name.as_str()).unwrap_or_default();
        let (label, hint) = match number {
            0 => (words.provider.to_owned(), ""),
            _ => (
                format!("{} {}", words.provider, number + 1),
                words.next_provider,
            ),
        };
        Row::choice(&place(number), label, choices, &visit.form, stored).hint(hint)
    });
    let order = |order: Selection| match order {
        Selection::Listed => words.listed,
        Selection::Weighted => words.weighted,
    };
    let orders = Selection::ALL.map(|each| (each.as_str().to_owned(), order(each).to_owned()));
    let action = |action: OnUnknown| match action {
        OnUnknown::Keep => words.keep,
        OnUnknown::FailoverSameCode => words.same_code,
    };
    let actions = OnUnknown::ALL.map(|each| (each.as_str().to_owned(), action(each).to_owned()));
    let shares = stored.map(shares_of).unwrap_or_default();
    let (stored_order, stored_action) = stored
        .map_or((Selection::Listed, OnUnknown::Keep), |route| {
            (route.order, route.on_unknown)
        });
    let more = [
        Row::choice(
            ORDER,
            words.order,
            orders,
            &visit.form,
            stored_order.as_str(),
        ),
        Row::line(SHARES, words.shares, &visit.form, &shares)
            .hint(words.shares_hint)
            .example("3, 1"),
        Row::choice(
            ON_UNKNOWN,
            words.on_unknown,
            actions,
            &visit.form,
            stored_action.as_str(),
        )
        .hint(words.on_unknown_hint),
    ];
    providers.chain(more).collect()
}

/// The shares of a route as its form has them: nothing where all are the same.
fn shares_of(route: &Route) -> String {
    let shares = route.providers.iter().map(|(_, share)| share.to_string());
    let shares: Vec<_> = shares.collect();
    match shares.iter().all(|share| share == "1") {
        true => String::new(),
        false => shares.join(", "),
    }
}

/// A route as its form would be sent if nobody changed it.
pub(in crate::console) fn unchanged(route: &Route) -> Vec<(String, String)> {
    let named = route.providers.iter().enumerate();
    let named = named.map(|(number, (name, _))| (place(number), name.to_string()));
    let more = [
        (SHARES, shares_of(route)),
        (ORDER, route.order.as_str().to_owned()),
        (ON_UNKNOWN, route.on_unknown.as_str().to_owned()),
    ];
    let more = more.map(|(name, value)| (name.to_owned(), value));
    named.chain(more).collect()
}

/// What the button says that moves the provider at this place, from 1 on, before the one above it.
pub(in crate::console) fn up(number: usize) -> String {
    format!("{UP}{number}")
}

/// Moves a provider up, where the form says so.
pub(super) fn apply_move(form: &mut Form) {
    let number = form.get("then").strip_prefix(UP);
    let number = number.and_then(|number| number.parse::<usize>().ok());
    let Some(number) = number.filter(|number| (1..MOST_PROVIDERS).contains(number)) else {
        return;
    };
    let (above, below) = (place(number - 1), place(number));
    let (first, second) = (form.get(&above).to_owned(), form.get(&below).to_owned());
    form.put(&above, second);
    form.put(&below, first);
    let mut shares: Vec<_> = parts(form.get(SHARES)).map(str::to_owned).collect();
    if number < shares.len() {
        shares.swap(number - 1, number);
        form.put(SHARES, shares.join(", "));
    }
}

/// The parts of a list of shares.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', '，', ' ']).filter(|part| !part.is_empty())
}

/// The route that the person sent, or the field that is wrong.
pub(super) fn read(visit: &Visit) -> Result<Route, (&'static str, &'static str)> {
    let words = &visit.words().routes;
    let named = (0..MOST_PROVIDERS).map(place);
    let named = named.filter_map(|field| {
        let name = visit.form.get(&field);
        (!name.is_empty()).then(|| ProviderName::parse(name))
    });
    let named: Result<Vec<_>, _> = named.collect();
    let named = named.map_err(|_| (PROVIDERS, words.needs_provider))?;
    if named.is_empty() {
        return Err((PROVIDERS, words.needs_provider));
    }
    let shares = shares(visit.form.get(SHARES), named.len()).ok_or((SHARES, words.bad_shares))?;
    let missing = visit.words().forms.missing;
    let order = Selection::ALL
        .into_iter()
        .find(|order| order.as_str() == visit.form.get(ORDER));
    let on_unknown = OnUnknown::ALL
        .into_iter()
        .find(|action| action.as_str() == visit.form.get(ON_UNKNOWN));
    Ok(Route {
        providers: named.into_iter().zip(shares).collect(),
        order: order.ok_or((ORDER, missing))?,
        on_unknown: on_unknown.ok_or((ON_UNKNOWN, missing))?,
    })
}

/// Reads one share for each of `count` providers; the same for all where nothing is given.
fn shares(text: &str, count: usize) -> Option<Vec<u16>> {
    if text.is_empty() {
        return Some(vec![1; count]);
    }
    let shares: Option<Vec<_>> = parts(text).map(|part| part.parse().ok()).collect();
    shares.filter(|shares| {
        let is_share = |share: &u16| (1..=1000).contains(share);
        shares.len() == count && shares.iter().all(is_share)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_read_in_the_order_of_the_providers() {
        assert_eq!(shares("", 2), Some(vec![1, 1]));
        assert_eq!(shares("3, 1", 2), Some(vec![3, 1]));
        assert_eq!(shares("3，1", 2), Some(vec![3, 1]));
        for wrong in ["3", "3, 1, 1", "0, 1", "1001, 1", "a, 1", "-1, 1"] {
            assert_eq!(shares(wrong, 2), None, "{wrong}");
        }
    }
    #[test]
    fn a_provider_moves_up_with_its_share() {
        let sent = b"providers=a&provider-2=b&provider-3=c&shares=3%2C+2%2C+1&then=up-2";
        let mut form = Form::parse(sent).unwrap();
        apply_move(&mut form);
        let shown = ["providers", "provider-2", "provider-3", "shares"].map(|name| form.get(name));
        assert_eq!(shown, ["a", "c", "b", "3, 1, 2"]);
        for then in ["up-0", "up-99", "up-", "down", ""] {
            let sent = format!("providers=a&provider-2=b&then={then}");
            let mut form = Form::parse(sent.as_bytes()).unwrap();
            apply_move(&mut form);
            assert_eq!(form.get("providers"), "a", "{then}");
        }
    }
}
