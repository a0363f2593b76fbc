//! One HTTP/1.1 connection, kept alive; one request at a time.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

pub(crate) struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// A complete answer.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) status: u16,
    /// The line of the status, and the fields of the head.
    pub(crate) head: &'a str,
    pub(crate) body: &'a [u8],
}

impl Connection {
    /// Connects to `address`, which must be this machine.
    pub(crate) async fn open(address: SocketAddr) -> io::Result<Self> {
        if !address.ip().is_loopback() {
            return Err(io::Error::other("the bench loads this machine only"));
        }
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            buffer: Vec::with_capacity(4096),
        })
    }

    pub(crate) async fn exchange(&mut self, request: &[u8]) -> io::Result<Answer<'_>> {
        self.buffer.clear();
        self.stream.write_all(request).await?;
        let mut whole = None;
        let (status, begins, whole) = loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            whole = match whole {
                Some(whole) => Some(whole),
                None => head(&self.buffer)?,
            };
            if let Some(whole @ (.., end)) = whole
                && self.buffer.len() >= end
            {
                break whole;
            }
        };
        let head = self.buffer.get(..begins).unwrap_or_default();
        Ok(Answer {
            status,
            head: std::str::from_utf8(head).unwrap_or_default(),
            body: self.buffer.get(begins..whole).unwrap_or_default(),
        })
    }
}

/// Returns the status and the bounds of the body; `None` while the head is incomplete.
fn head(buffer: &[u8]) -> io::Result<Option<(u16, usize, usize)>> {
    let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Ok(None);
    };
    let strange = || io::Error::other("not an HTTP/1.1 answer with a content-length");
    let text = buffer.get(..end).unwrap_or_default();
    let text = std::str::from_utf8(text).map_err(|_| strange())?;
    let mut lines = text.split("\r\n");
    let status = lines
        .next()
        .and_then(|line| line.strip_prefix("HTTP/1.1 "))
        .and_then(|line| line.get(..3))
        .and_then(|status| status.parse().ok())
        .ok_or_else(strange)?;
    let length: usize = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .and_then(|(_, value)| value.trim().parse().ok())
        .ok_or_else(strange)?;
    Ok(Some((status, end + 4, end + 4 + length)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_once_it_is_there() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
        assert_eq!(head(&answer[..20]).unwrap(), None);
        assert_eq!(head(answer).unwrap(), Some((200, 38, 40)));
        assert!(head(b"HTTP/1.1 200 OK\r\n\r\n").is_err());
        assert!(head(b"SSH-2.0\r\n\r\n").is_err());
    }
}
