//! A network in front of the vendor: a proxy that hands everything on later, each way.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

/// The time of a byte from one end to the other.
pub(super) const ONE_WAY: Duration = Duration::from_millis(50);

/// Opens the network to `vendor`, for as long as `tasks` lives. Returns its address on this side.
pub(super) async fn to(vendor: SocketAddr, tasks: &mut JoinSet<()>) -> std::io::Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    tasks.spawn(async move {
        let mut connections = JoinSet::new();
        while let Ok((client, _)) = listener.accept().await {
            connections.spawn(connect(client, vendor));
        }
    });
    Ok(address)
}

async fn connect(client: TcpStream, vendor: SocketAddr) {
    // Loopback answers a connect at once. A network takes a round trip for it, before the client's first byte may leave.
    let connected = Instant::now() + 2 * ONE_WAY;
    let Ok(vendor) = TcpStream::connect(vendor).await else {
        return;
    };
    let _ = (client.set_nodelay(true), vendor.set_nodelay(true));
    let (from_client, to_client) = client.into_split();
    let (from_vendor, to_vendor) = vendor.into_split();
    tokio::join!(
        carry(from_client, to_vendor, connected),
        carry(from_vendor, to_client, connected)
    );
}

/// Carries bytes one way, each for [`ONE_WAY`]; none of them leaves before `earliest`.
async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, earliest: Instant) {
    let (sender, mut under_way) = mpsc::unbounded_channel();
    let read = async move {
        loop {
            let mut bytes = Vec::with_capacity(16 * 1024);
            let count = from.read_buf(&mut bytes).await.unwrap_or(0);
            let arrival = Instant::now().max(earliest) + ONE_WAY;
            if sender.send((arrival, bytes)).is_err() || count == 0 {
                return;
            }
        }
    };
    let write = async move {
        while let Some((arrival, bytes)) = under_way.recv().await {
            sleep_until(arrival).await;
            // The end of one side arrives like its bytes.
            if bytes.is_empty() || to.write_all(&bytes).await.is_err() {
                return;
            }
        }
    };
    tokio::join!(read, write);
}
