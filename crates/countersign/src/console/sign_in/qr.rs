//! A QR code as the path of a drawing.

use qrcode::{Color, QrCode};

/// The width of the empty margin that readers want, in modules.
const MARGIN: usize = 4;

/// A QR code: black modules on white.
pub(in crate::console) struct Qr {
    /// The width and the height, in modules, with the margin.
    pub(in crate::console) size: usize,
    /// The path that fills the black modules.
    pub(in crate::console) path: String,
}

impl Qr {
    /// The code of `text`; `None` where it is too long for one.
    pub(in crate::console) fn of(text: &str) -> Option<Self> {
        let code = QrCode::new(text).ok()?;
        let width = code.width();
        let mut path = String::new();
        for (y, row) in code.to_colors().chunks(width).enumerate() {
            for (x, color) in row.iter().enumerate() {
                if *color == Color::Dark {
                    path += &format!("M{} {}h1v1h-1z", x + MARGIN, y + MARGIN);
                }
            }
        }
        Some(Self {
            size: width + 2 * MARGIN,
            path,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_square_and_begins_with_a_finder() {
        let qr = Qr::of("otpauth://totp/a:b?secret=c").unwrap();
        assert_eq!((qr.size - 2 * MARGIN - 17) % 4, 0, "a size that codes have");
        // The first seven modules of the first row are black, and the eighth is not.
        let first: Vec<_> = (0..8)
            .map(|x| qr.path.contains(&format!("M{} {MARGIN}h", x + MARGIN)))
            .collect();
        assert_eq!(first, [true, true, true, true, true, true, true, false]);
    }
}
