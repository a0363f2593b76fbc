//! Draws arriving messages on standard output, as a phone would.
//!
//! Drawing happens in a thread of its own behind a short queue: a terminal that stands still delays
//! no message, it only misses drawings, and says how many.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};

use countersign_providers::development::outbox::InboxMessage;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Where drawings go.
#[derive(Clone)]
pub(super) struct Screen {
    queue: SyncSender<InboxMessage>,
    missed: Arc<AtomicU64>,
}

impl Screen {
    /// Starts the thread that draws.
    pub(super) fn start() -> io::Result<Self> {
        let (queue, messages) = sync_channel(64);
        let missed = Arc::new(AtomicU64::new(0));
        let counter = Arc::clone(&missed);
        std::thread::Builder::new()
            .name("screen".to_owned())
            .spawn(move || draw_all(&messages, &counter))?;
        Ok(Self { queue, missed })
    }

    /// Draws `message` soon, or counts it as missed.
    pub(super) fn show(&self, message: &InboxMessage) {
        if let Err(TrySendError::Full(_)) = self.queue.try_send(message.clone()) {
            self.missed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

fn draw_all(messages: &Receiver<InboxMessage>, missed: &AtomicU64) {
    while let Ok(message) = messages.recv() {
        super::say(draw(&message));
        let missed = missed.swap(0, Ordering::Relaxed);
        if missed > 0 {
            super::say(format!(
                "  ... and {missed} more that came too fast to draw"
            ));
        }
    }
}

/// Columns inside the frame.
const WIDTH: usize = 48;

fn draw(message: &InboxMessage) -> String {
    let time = message.sent_at.get(11..19).unwrap_or_default();
    let mut lines = vec![
        spread(&message.to, &format!("{time} UTC")),
        message.purpose(),
        String::new(),
    ];
    lines.extend(message.text.lines().flat_map(wrap));
    let rule = "─".repeat(WIDTH + 2);
    let body: String = lines
        .iter()
        .map(|line| {
            format!(
                "  │ {line}{} │\n",
                " ".repeat(WIDTH.saturating_sub(line.width()))
            )
        })
        .collect();
    format!("  ╭{rule}╮\n{body}  ╰{rule}╯")
}

fn spread(left: &str, right: &str) -> String {
    let gap = WIDTH.saturating_sub(left.width() + right.width());
    format!("{left}{}{right}", " ".repeat(gap))
}

/// Breaks at spaces where there are any, else anywhere: Chinese has none.
fn wrap(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_inclusive(' ') {
        let line = lines.last().map_or(0, |line| line.width());
        if line > 0 && word.trim_end().width() <= WIDTH && line + word.trim_end().width() > WIDTH {
            lines.push(String::new());
        }
        for c in word.chars() {
            let full = lines
                .last()
                .is_some_and(|line| line.width() + c.width().unwrap_or(0) > WIDTH);
            if full {
                lines.push(String::new());
            }
            if full && c == ' ' {
                continue;
            }
            if let Some(line) = lines.last_mut() {
                line.push(c);
            }
        }
    }
    lines
        .into_iter()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_a_drawing_is_equally_wide() {
        for text in [
            "【示例商城】000000 是您的绑定多因素认证验证码，5 分钟内有效，请勿告诉他人。",
            "[Shop] 000000 is your code to turn on two-step sign-in. It expires in 5 minutes. Never share it.",
            "x",
            "[Shop] 000000 is your code to sign in.\nFA+9qCX9VSu\n@login.international.shop.example #000000",
        ] {
            let message = InboxMessage {
                message_id: "m".to_owned(),
                to: "+8618800008888".to_owned(),
                channel: "CHANNEL_BIND_MFA".to_owned(),
                text: text.to_owned(),
                pass_code: "000000".to_owned(),
                sent_at: "2026-11-21T20:00:00.123Z".to_owned(),
            };
            let drawing = draw(&message);
            assert!(
                drawing.lines().all(|line| line.width() == WIDTH + 6),
                "\n{drawing}"
            );
            assert!(
                drawing.contains("20:00:00 UTC") && drawing.contains("bind mfa"),
                "\n{drawing}"
            );
            let words: String = drawing
                .chars()
                .filter(|c| !"│╭╮╰╯─ \n".contains(*c))
                .collect();
            let expected: String = text.split_whitespace().collect();
            assert!(words.ends_with(&expected), "\n{drawing}");
            for line in text.lines().skip(1) {
                assert!(drawing.contains(&format!("│ {line} ")), "\n{drawing}");
            }
        }
    }
}
