//! Asks a server for the time, by SNTP (RFC 4330): one datagram of 48 bytes, and one in return.

use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use countersign_core::entropy::Entropy;
use tokio::net::{UdpSocket, lookup_host};

use crate::system::Readings;

/// The length of a datagram without extensions, in bytes.
const LENGTH: usize = 48;

/// The longest that a server may take to answer.
const PATIENCE: Duration = Duration::from_secs(3);

/// Seconds from 1900, where NTP begins to count, to 1970.
const FROM_1900: i64 = 2_208_988_800;

/// The distance between the clock of this machine and that of a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Distance {
    /// Milliseconds by which this machine is ahead; below zero where it is behind.
    pub ahead: i64,
    /// Milliseconds by which `ahead` may be wrong: the time that the question and the answer took.
    pub uncertain: i64,
}

/// Why a server told no time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoTime {
    /// Its name or address leads nowhere.
    #[error("its name leads nowhere")]
    Nowhere,
    /// It does not answer within three seconds.
    #[error("it does not answer")]
    Silent,
    /// Its answer is none to the question, or is no answer of SNTP.
    #[error("its answer cannot be read")]
    Garbage,
    /// It says that it does not know the time.
    #[error("it does not know the time")]
    Unsynchronized,
}

/// Asks the server at `host` and `port`.
///
/// # Errors
/// [`NoTime`] when it tells none.
pub async fn ask(
    (host, port): (&str, u16),
    readings: &dyn Readings,
    entropy: &dyn Entropy,
) -> Result<Distance, NoTime> {
    let exchange = async {
        let mut servers = lookup_host((host, port))
            .await
            .map_err(|_| NoTime::Nowhere)?;
        let server = servers.next().ok_or(NoTime::Nowhere)?;
        let mut nonce = [0; 8];
        entropy.fill(&mut nonce).map_err(|_| NoTime::Nowhere)?;
        exchange(server, nonce, readings).await
    };
    let answer = tokio::time::timeout(PATIENCE, exchange).await;
    answer.unwrap_or(Err(NoTime::Silent))
}

async fn exchange(
    server: SocketAddr,
    nonce: [u8; 8],
    readings: &dyn Readings,
) -> Result<Distance, NoTime> {
    let lost = |_: io::Error| NoTime::Silent;
    let own = match server {
        SocketAddr::V4(_) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0)),
        SocketAddr::V6(_) => SocketAddr::from((Ipv6Addr::UNSPECIFIED, 0)),
    };
    let socket = UdpSocket::bind(own).await.map_err(lost)?;
    socket.connect(server).await.map_err(lost)?;
    let sent = readings.wall();
    socket.send(&question(nonce)).await.map_err(lost)?;
    let mut answer = [0; 2 * LENGTH];
    let length = socket.recv(&mut answer).await.map_err(lost)?;
    let received = readings.wall();
    let answer = answer.get(..length).unwrap_or_default();
    read(answer, nonce, sent, received)
}

/// A question by a client of version 4. The time that it was sent is a nonce, which the answer repeats: a real one would
/// tell the server about this machine.
fn question(nonce: [u8; 8]) -> [u8; LENGTH] {
    let mut question = [0; LENGTH];
    question[0] = 0x23;
    question[40..].copy_from_slice(&nonce);
    question
}

/// Reads an answer to the question with this nonce. `sent` and `received` are of this machine, in milliseconds.
fn read(answer: &[u8], nonce: [u8; 8], sent: i64, received: i64) -> Result<Distance, NoTime> {
    let answer: &[u8; LENGTH] = answer.first_chunk().ok_or(NoTime::Garbage)?;
    let (leap, mode, stratum) = (answer[0] >> 6, answer[0] & 7, answer[1]);
    if mode != 4 || answer[24..32] != nonce {
        return Err(NoTime::Garbage);
    }
    if leap == 3 || !(1..=15).contains(&stratum) {
        return Err(NoTime::Unsynchronized);
    }
    let [arrived, left] = [&answer[32..40], &answer[40..48]].map(millis);
    let (arrived, left) = (
        arrived.ok_or(NoTime::Garbage)?,
        left.ok_or(NoTime::Garbage)?,
    );
    Ok(Distance {
        ahead: ((sent - arrived) + (received - left)) / 2,
        uncertain: ((received - sent) - (left - arrived)).max(0),
    })
}

/// Milliseconds since 1970 of a time of NTP: 32 bits of seconds, which began anew in 2036, and 32 of a fraction. `None`
/// for the time zero, which means that there is none.
fn millis(time: &[u8]) -> Option<i64> {
    let time = u64::from_be_bytes(*time.first_chunk()?);
    let (seconds, fraction) = (i64::try_from(time >> 32).ok()?, time & 0xffff_ffff);
    let since = if seconds < 1 << 31 {
        seconds + (1 << 32)
    } else {
        seconds
    };
    let fraction = i64::try_from((fraction * 1_000) >> 32).ok()?;
    (time != 0).then_some((since - FROM_1900) * 1_000 + fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONCE: [u8; 8] = *b"a nonce!";
    /// 2026-11-27 00:00:00 UTC.
    const NOW: i64 = 1_795_737_600_000;

    /// The time of NTP at `millis`.
    fn time(millis: i64) -> [u8; 8] {
        let seconds = u64::try_from(millis / 1_000 + FROM_1900).unwrap() & 0xffff_ffff;
        let fraction = (u64::try_from(millis % 1_000).unwrap() << 32).div_ceil(1_000);
        (seconds << 32 | fraction).to_be_bytes()
    }

    fn answer(head: [u8; 2], nonce: [u8; 8], arrived: [u8; 8], left: [u8; 8]) -> Vec<u8> {
        let mut answer = vec![0; LENGTH];
        answer[..2].copy_from_slice(&head);
        answer[24..32].copy_from_slice(&nonce);
        answer[32..40].copy_from_slice(&arrived);
        answer[40..48].copy_from_slice(&left);
        answer
    }

    #[test]
    fn the_distance_is_half_of_both_ways() {
        for (ahead, then) in [
            (0, NOW),
            (1_500, NOW),
            (-3_600_000, NOW),
            (0, 2_100_000_000_000),
        ] {
            // 20 ms there, 5 ms within the server, 20 ms back.
            let theirs = then - ahead;
            let said = answer([0x24, 2], NONCE, time(theirs + 20), time(theirs + 25));
            let read = read(&said, NONCE, then, then + 45).unwrap();
            assert_eq!((read.ahead, read.uncertain), (ahead, 40), "{then}");
        }
    }

    #[test]
    fn an_answer_that_is_none_tells_no_time() {
        let right = answer([0x24, 2], NONCE, time(NOW), time(NOW));
        let refused = |said: &[u8]| read(said, NONCE, NOW, NOW).unwrap_err();
        assert_eq!(refused(&right[..47]), NoTime::Garbage, "too short");
        assert_eq!(refused(b""), NoTime::Garbage);
        let other = answer([0x24, 2], *b"another!", time(NOW), time(NOW));
        assert_eq!(refused(&other), NoTime::Garbage, "another question");
        let client = answer([0x23, 2], NONCE, time(NOW), time(NOW));
        assert_eq!(refused(&client), NoTime::Garbage, "a question");
        let nothing = answer([0x24, 2], NONCE, time(NOW), [0; 8]);
        assert_eq!(refused(&nothing), NoTime::Garbage, "no time");
        for head in [[0xe4, 2], [0x24, 0], [0x24, 16]] {
            let lost = answer(head, NONCE, time(NOW), time(NOW));
            assert_eq!(refused(&lost), NoTime::Unsynchronized, "{head:?}");
        }
    }
}
