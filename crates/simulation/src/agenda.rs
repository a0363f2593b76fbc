//! The order of everything that happens in a simulation.

use std::collections::BTreeMap;

use crate::traffic::Second;

/// What is due, by the second at which it is due. Things of the same second come in the order in which they were put down.
#[derive(Debug)]
pub(crate) struct Agenda<T>(BTreeMap<Second, Vec<T>>);

impl<T> Default for Agenda<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<T> Agenda<T> {
    /// Puts `thing` down for `second`.
    pub(crate) fn put(&mut self, second: Second, thing: T) {
        self.0.entry(second).or_default().push(thing);
    }

    /// Takes what is due next, and when.
    pub(crate) fn next(&mut self) -> Option<(Second, Vec<T>)> {
        self.0.pop_first()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_come_by_time_and_then_in_their_order() {
        let mut agenda = Agenda::default();
        for (second, thing) in [(2, 'c'), (1, 'a'), (2, 'd'), (1, 'b')] {
            agenda.put(second, thing);
        }
        assert_eq!(agenda.next(), Some((1, vec!['a', 'b'])));
        assert_eq!(agenda.next(), Some((2, vec!['c', 'd'])));
        assert_eq!(agenda.next(), None);
    }
}
