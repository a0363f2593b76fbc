//! A table of text.

use std::fmt;

/// A table with a line for the names of its columns. Columns of numbers stand to the right, all others to the left.
#[derive(Debug)]
pub(super) struct Table<const COLUMNS: usize> {
    rows: Vec<[String; COLUMNS]>,
}

impl<const COLUMNS: usize> Table<COLUMNS> {
    /// Makes an empty table.
    pub(super) fn new(names: [&str; COLUMNS]) -> Self {
        Self {
            rows: vec![names.map(str::to_owned)],
        }
    }

    /// Adds a row.
    pub(super) fn row(&mut self, cells: [String; COLUMNS]) {
        self.rows.push(cells);
    }

    fn column(&self, column: usize) -> impl Iterator<Item = &str> {
        self.rows
            .iter()
            .filter_map(move |row| row.get(column).map(String::as_str))
    }

    /// Returns whether everything below the name of a column is a number, or nothing.
    fn is_of_numbers(&self, column: usize) -> bool {
        let is_number = |cell: &str| {
            cell.chars()
                .all(|c| c.is_ascii_digit() || ".,:%-".contains(c))
        };
        self.column(column).skip(1).all(is_number)
    }
}

impl<const COLUMNS: usize> fmt::Display for Table<COLUMNS> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shapes: Vec<_> = (0..COLUMNS)
            .map(|column| {
                let width = self.column(column).map(|cell| cell.chars().count()).max();
                (width.unwrap_or_default(), self.is_of_numbers(column))
            })
            .collect();
        for row in &self.rows {
            let mut line = String::new();
            for (cell, (width, right)) in row.iter().zip(&shapes) {
                let width = *width;
                let cell = match right {
                    true => format!("{cell:>width$}"),
                    false => format!("{cell:width$}"),
                };
                line += &cell;
                line += "  ";
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_stand_to_the_right_and_words_to_the_left() {
        let mut table = Table::new(["GROUP", "SENT", "BY"]);
        table.row(["campus", "7", "a"].map(str::to_owned));
        table.row(["home", "1200", ""].map(str::to_owned));
        let drawn = table.to_string();
        assert_eq!(drawn, "GROUP   SENT  BY\ncampus     7  a\nhome    1200\n");
    }
}
