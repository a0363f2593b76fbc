//! The header of the PROXY protocol, version 2, by which a proxy names the caller at the beginning of a connection.
//!
//! Version 1 is no request and is refused as such: its text has no length, and every proxy of today writes version 2.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use tokio::io::{AsyncRead, AsyncReadExt as _};
use tokio::net::TcpStream;

/// The first bytes of a header.
const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";

/// The most bytes after the fixed part: addresses, and what else a proxy tells, such as a certificate's name.
const MOST: usize = 4_096;

/// Version and command of a connection of a caller, and of one of the proxy's own, such as a health check.
const PROXY: u8 = 0x21;
const LOCAL: u8 = 0x20;

/// The kinds of connections whose addresses are read.
const TCP_OVER_IPV4: u8 = 0x11;
const TCP_OVER_IPV6: u8 = 0x21;

/// Whether a connection begins as a header does, and as no request and no handshake of TLS. Waits for its first byte, which
/// stays to be read.
///
/// # Errors
/// When the connection fails.
pub(super) async fn begins(socket: &TcpStream) -> io::Result<bool> {
    let mut first = [0];
    let count = socket.peek(&mut first).await?;
    Ok(count == 1 && SIGNATURE.starts_with(&first))
}

/// Reads the header, and no byte after it. Returns the address of the caller; `None` where the proxy speaks for itself, or
/// names no address of the internet.
///
/// # Errors
/// [`io::ErrorKind::InvalidData`] where the connection begins with something else.
pub(super) async fn read(socket: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<IpAddr>> {
    let mut fixed = [0; 16];
    socket.read_exact(&mut fixed).await?;
    let [signature @ .., command, kind, high, low] = fixed;
    let length = usize::from(u16::from_be_bytes([high, low]));
    if signature != SIGNATURE || !matches!(command, PROXY | LOCAL) || length > MOST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut rest = vec![0; length];
    socket.read_exact(&mut rest).await?;
    match (command, kind) {
        (PROXY, TCP_OVER_IPV4) => source(rest.first_chunk::<12>(), ipv4),
        (PROXY, TCP_OVER_IPV6) => source(rest.first_chunk::<36>(), ipv6),
        _ => Ok(None),
    }
}

/// The first address of a block of addresses, which must be there.
fn source<const N: usize>(
    block: Option<&[u8; N]>,
    first: impl Fn(&[u8; N]) -> Option<IpAddr>,
) -> io::Result<Option<IpAddr>> {
    let source = block.and_then(first).ok_or(io::ErrorKind::InvalidData)?;
    Ok(Some(source.to_canonical()))
}

fn ipv4(block: &[u8; 12]) -> Option<IpAddr> {
    let bytes: [u8; 4] = *block.first_chunk()?;
    Some(Ipv4Addr::from(bytes).into())
}

fn ipv6(block: &[u8; 36]) -> Option<IpAddr> {
    let bytes: [u8; 16] = *block.first_chunk()?;
    Some(Ipv6Addr::from(bytes).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header of these parts.
    fn header(command: u8, kind: u8, rest: &[u8]) -> Vec<u8> {
        let length = u16::try_from(rest.len()).unwrap().to_be_bytes();
        [&SIGNATURE[..], &[command, kind], &length, rest].concat()
    }

    /// Reads the header of a connection that goes on with a request, which must be left.
    async fn address(header: &[u8]) -> Result<Option<String>, io::ErrorKind> {
        let bytes = [header, b"GET /"].concat();
        let mut socket = &bytes[..];
        let address = read(&mut socket).await.map_err(|error| error.kind())?;
        assert_eq!(socket, b"GET /");
        Ok(address.map(|address| address.to_string()))
    }

    /// A block of addresses: that of the caller, zeros, and 300 bytes of what else a proxy tells.
    fn block(caller: &str, length: usize) -> Vec<u8> {
        let mut block = match caller.parse().unwrap() {
            IpAddr::V4(caller) => caller.octets().to_vec(),
            IpAddr::V6(caller) => caller.octets().to_vec(),
        };
        block.resize(length + 300, 0);
        block
    }

    // shows: B7
    #[tokio::test]
    async fn a_proxy_names_its_caller_in_a_header_of_version_2() {
        for (kind, caller, length) in [
            (TCP_OVER_IPV4, "203.0.113.9", 12),
            (TCP_OVER_IPV6, "2001:db8::9", 36),
        ] {
            let header = header(PROXY, kind, &block(caller, length));
            assert_eq!(address(&header).await, Ok(Some(caller.to_owned())));
        }
        let mapped = header(PROXY, TCP_OVER_IPV6, &block("::ffff:203.0.113.9", 36));
        assert_eq!(address(&mapped).await, Ok(Some("203.0.113.9".to_owned())));
    }

    #[tokio::test]
    async fn a_proxy_that_speaks_for_itself_names_nobody() {
        let local = header(LOCAL, 0, &[]);
        let told = header(LOCAL, TCP_OVER_IPV4, &block("203.0.113.9", 12));
        let datagrams = header(PROXY, 0x12, &block("203.0.113.9", 12));
        let file = header(PROXY, 0x31, &[0; 216]);
        for header in [local, told, datagrams, file] {
            assert_eq!(address(&header).await, Ok(None));
        }
    }

    #[tokio::test]
    async fn a_connection_that_begins_with_something_else_is_refused() {
        let short = header(PROXY, TCP_OVER_IPV4, &[203, 0, 113, 9]);
        let long = header(PROXY, TCP_OVER_IPV4, &[0; MOST + 1]);
        let version_1 = b"PROXY TCP4 203.0.113.9 203.0.113.1 4711 443\r\n".to_vec();
        let version_3 = header(0x31, TCP_OVER_IPV4, &block("203.0.113.9", 12));
        let request = b"GET /api/v3/system HTTP/1.1\r\n\r\n".to_vec();
        for header in [short, long, version_1, version_3, request] {
            assert_eq!(address(&header).await, Err(io::ErrorKind::InvalidData));
        }
    }
}
