//! An SNTP server, which tells another time than this machine, or none.

use std::net::UdpSocket;
use std::time::{SystemTime, UNIX_EPOCH};

/// The manner in which the server answers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Manner {
    /// It tells a time that is so many milliseconds later than that of this machine.
    Later(i64),
    /// It says nothing.
    Silence,
    /// Its answer is none.
    Garbage,
}

/// Starts a server on a port of this machine: its address. It ends with the process.
pub(crate) fn start(manner: Manner) -> String {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        let mut question = [0; 48];
        while let Ok((48, client)) = socket.recv_from(&mut question) {
            match manner {
                Manner::Later(millis) => {
                    let _ = socket.send_to(&answer(&question, millis), client);
                }
                Manner::Garbage => {
                    let _ = socket.send_to(b"no time at all", client);
                }
                Manner::Silence => {}
            }
        }
    });
    address
}

/// The answer of a server of stratum 2 to a question.
fn answer(question: &[u8; 48], later: i64) -> [u8; 48] {
    assert_eq!(question[0], 0x23, "a client of version 4");
    let mut answer = [0; 48];
    answer[..2].copy_from_slice(&[0x24, 2]);
    answer[24..32].copy_from_slice(&question[40..]);
    let now = time(later);
    answer[32..40].copy_from_slice(&now);
    answer[40..].copy_from_slice(&now);
    answer
}

#[expect(
    clippy::disallowed_methods,
    reason = "the server's time is that of the machine, so much later"
)]
fn time(later: i64) -> [u8; 8] {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let millis = i64::try_from(since.as_millis()).unwrap() + later;
    let seconds = u64::try_from(millis / 1_000 + 2_208_988_800).unwrap();
    let fraction = (u64::try_from(millis % 1_000).unwrap() << 32) / 1_000;
    (seconds << 32 | fraction).to_be_bytes()
}
