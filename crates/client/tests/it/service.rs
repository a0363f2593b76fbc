// A local service that behaves as told and records the requests. The examples of the documentation include this
// file, so it writes every path in full.

/// The manner in which the service treats a request that it has read.
#[derive(Debug, Clone, Copy)]
#[allow(dead_code)]
enum Manner {
    /// Answers this HTTP status, these further header lines, this body.
    Answer(u16, &'static str, &'static str),
    /// Writes these bytes and closes the connection.
    Raw(&'static [u8]),
    /// Writes these bytes and then waits for ever.
    Stall(&'static [u8]),
    /// Writes the first bytes, and then repeats the second until the client closes the connection.
    Endless(&'static [u8], &'static [u8]),
    /// Closes the connection.
    Close,
    /// Resets the connection.
    Reset,
    /// Writes nothing, and waits for ever.
    Silence,
}

#[allow(dead_code)]
struct Service {
    url: String,
    manner: std::sync::Arc<std::sync::Mutex<Manner>>,
    first: std::sync::Arc<std::sync::Mutex<std::collections::VecDeque<Manner>>>,
    requests: std::sync::Arc<std::sync::Mutex<Vec<String>>>,
    connections: std::sync::Arc<std::sync::atomic::AtomicUsize>,
}

#[allow(dead_code)]
impl Service {
    fn start(manner: Manner) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let service = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            manner: std::sync::Arc::new(std::sync::Mutex::new(manner)),
            first: std::sync::Arc::default(),
            requests: std::sync::Arc::default(),
            connections: std::sync::Arc::default(),
        };
        let (requests, connections) = (service.requests.clone(), service.connections.clone());
        let (manner, first) = (service.manner.clone(), service.first.clone());
        std::thread::spawn(move || {
            for connection in listener.incoming() {
                let (mut connection, requests) = (connection.unwrap(), requests.clone());
                let (manner, first) = (manner.clone(), first.clone());
                connections.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
                std::thread::spawn(move || {
                    // A client that reused its connection would be served again, and counted.
                    while let Some(request) = Self::read(&mut connection) {
                        requests.lock().unwrap().push(request);
                        let first = first.lock().unwrap().pop_front();
                        let manner = first.unwrap_or(*manner.lock().unwrap());
                        if Self::behave(manner, &mut connection).is_err() {
                            return;
                        }
                    }
                });
            }
        });
        service
    }

    /// Treats the first requests in these manners, and all others in `then`.
    fn after(first: &[Manner], then: Manner) -> Self {
        let service = Self::start(then);
        service.first.lock().unwrap().extend(first);
        service
    }

    /// Uses another manner from the next request on.
    fn change(&self, manner: Manner) {
        *self.manner.lock().unwrap() = manner;
    }

    /// Returns every request so far.
    fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    fn connections(&self) -> usize {
        self.connections.load(std::sync::atomic::Ordering::SeqCst)
    }

    /// Reads one request, head and body; `None` if the client went away first.
    fn read(connection: &mut impl std::io::Read) -> Option<String> {
        let (mut bytes, mut byte) = (Vec::new(), [0]);
        loop {
            if connection.read(&mut byte).ok()? == 0 {
                return None;
            }
            bytes.push(byte[0]);
            let text = String::from_utf8_lossy(&bytes);
            let Some((head, body)) = text.split_once("\r\n\r\n") else {
                continue;
            };
            let head = head.to_ascii_lowercase();
            let length = match head.split("content-length: ").nth(1) {
                Some(length) => length.lines().next()?.parse::<usize>().ok()?,
                None => 0,
            };
            if body.len() == length {
                return Some(text.into_owned());
            }
        }
    }

    /// Treats one request in this manner. An error ends the connection.
    fn behave(manner: Manner, connection: &mut std::net::TcpStream) -> std::io::Result<()> {
        use std::io::{Error, ErrorKind, Read as _, Write as _};

        let end = Err(Error::from(ErrorKind::ConnectionAborted));
        match manner {
            Manner::Answer(status, headers, body) => {
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\n\r\n{body}"
                );
                connection.write_all(answer.as_bytes())
            }
            Manner::Raw(bytes) => {
                connection.write_all(bytes)?;
                end
            }
            Manner::Stall(bytes) => {
                connection.write_all(bytes)?;
                connection.read_to_end(&mut Vec::new())?;
                end
            }
            Manner::Endless(first, then) => {
                connection.write_all(first)?;
                loop {
                    connection.write_all(then)?;
                }
            }
            Manner::Close => end,
            Manner::Reset => {
                // Lingering for no time makes the close a reset.
                socket2::SockRef::from(&*connection).set_linger(Some(std::time::Duration::ZERO))?;
                end
            }
            Manner::Silence => {
                connection.read_to_end(&mut Vec::new())?;
                end
            }
        }
    }
}
