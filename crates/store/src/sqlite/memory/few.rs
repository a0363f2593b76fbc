//! A list that hardly ever has more than one entry, and then takes no more memory than the entry.

use std::slice;

/// One entry or several. The empty list is a [`Few::Several`] without entries.
#[derive(Debug)]
pub(super) enum Few<T> {
    One(T),
    Several(Vec<T>),
}

impl<T> Default for Few<T> {
    fn default() -> Self {
        Few::Several(Vec::new())
    }
}

impl<T: Copy> Few<T> {
    pub(super) fn as_slice(&self) -> &[T] {
        match self {
            Few::One(one) => slice::from_ref(one),
            Few::Several(several) => several,
        }
    }

    pub(super) fn as_mut_slice(&mut self) -> &mut [T] {
        match self {
            Few::One(one) => slice::from_mut(one),
            Few::Several(several) => several,
        }
    }

    pub(super) fn push(&mut self, new: T) {
        match self {
            Few::One(one) => *self = Few::Several(vec![*one, new]),
            Few::Several(several) if several.is_empty() => *self = Few::One(new),
            Few::Several(several) => several.push(new),
        }
    }

    pub(super) fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        let mut kept = self.as_slice().to_vec();
        kept.retain(|entry| keep(entry));
        *self = match kept.as_slice() {
            [one] => Few::One(*one),
            _ => Few::Several(kept),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_come_and_go() {
        let mut few = Few::default();
        assert!(few.as_slice().is_empty());
        for n in 1..4 {
            few.push(n);
            assert_eq!(few.as_slice().len(), n);
        }
        few.as_mut_slice()[0] = 9;
        few.retain(|n| *n != 2);
        assert_eq!(few.as_slice(), [9, 3]);
        few.retain(|n| *n == 3);
        assert!(matches!(few, Few::One(3)));
        few.retain(|_| false);
        assert!(few.as_slice().is_empty());
    }
}
