//! A PostgreSQL server for tests: Debian's package, started once a test program, with a database for each test.
//!
//! The server listens on a socket in a temporary folder. It ends, and the folder goes, with the test program, however that
//! ends.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, OnceLock};
use std::time::Duration;

use tokio::runtime::Runtime;
use tokio::time::Instant;
use tokio_postgres::{Client, NoTls};

/// The runtime that drives the sessions of every test: a test's own runtime ends with the test.
static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
});

/// Runs `work` on the runtime of the server's sessions, and waits for it, on whichever thread this is called.
pub(crate) fn run<T: Send>(work: impl Future<Output = T> + Send) -> T {
    std::thread::scope(|scope| scope.spawn(|| RUNTIME.block_on(work)).join().unwrap())
}

/// A server that runs as long as the test program does.
pub(crate) struct Server {
    folder: PathBuf,
    /// The server ends when this is closed.
    _leash: ChildStdin,
    _child: Child,
}

/// Returns the server of this test program.
pub(crate) fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start(&[]))
}

/// Runs the server over the folder `$1`, and removes the folder, as soon as nobody holds the other end of its standard input.
const LEASH: &str = r#"
"$@" >"$FOLDER/log" 2>&1 </dev/null &
cat >/dev/null
kill -QUIT $! 2>/dev/null
wait
rm -rf "$FOLDER"
"#;

impl Server {
    /// Starts a server with these settings beside those of every test.
    pub(crate) fn start(more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap().keep();
        copy(&template(), &folder.join("data"));
        Self::over(folder, more)
    }

    /// Starts a standby of this server, which follows it as fast as it can.
    pub(crate) fn standby(&self) -> Self {
        let folder = tempfile::tempdir().unwrap().keep();
        let mut backup = as_owner(&folder, &binaries().join("pg_basebackup"));
        let (host, data) = (self.folder.display(), folder.join("data"));
        backup.extend([
            format!("--host={host}"),
            format!("--pgdata={}", data.display()),
        ]);
        let options = [
            "--username=postgres",
            "--write-recovery-conf",
            "--checkpoint=fast",
            "--no-sync",
        ];
        backup.extend(options.map(str::to_owned));
        let made = Command::new(&backup[0]).args(&backup[1..]).status();
        assert!(made.unwrap().success());
        Self::over(folder, &[])
    }

    /// Starts a server over `data` in this folder.
    fn over(folder: PathBuf, more: &[&str]) -> Self {
        let data = folder.join("data");
        let settings = [
            "listen_addresses=",
            "max_connections=400",
            "shared_buffers=32MB",
            "max_wal_size=1GB",
            "autovacuum_naptime=10s",
            &format!("unix_socket_directories={}", folder.display()),
        ];
        let mut server = as_owner(&folder, &binaries().join("postgres"));
        server.extend(["-D".to_owned(), data.display().to_string()]);
        for setting in settings.iter().chain(more) {
            server.extend(["-c".to_owned(), (*setting).to_owned()]);
        }
        let mut child = Command::new("sh")
            .args(["-c", LEASH, "postgres"])
            .args(server)
            .env("FOLDER", &folder)
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let leash = child.stdin.take().unwrap();
        let server = Self {
            folder,
            _leash: leash,
            _child: child,
        };
        run(server.answers());
        server
    }

    /// Waits until the server takes connections.
    async fn answers(&self) {
        let begun = Instant::now();
        while let Err(error) = tokio_postgres::connect(&self.url("postgres"), NoTls).await {
            let log = std::fs::read_to_string(self.folder.join("log")).unwrap_or_default();
            assert!(begun.elapsed() < Duration::from_secs(60), "{error}: {log}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Returns the socket that the server listens on.
    pub(crate) fn socket(&self) -> PathBuf {
        self.folder.join(".s.PGSQL.5432")
    }

    /// Returns the address of a database of this server.
    pub(crate) fn url(&self, database: &str) -> String {
        let socket = self.folder.display().to_string().replace('/', "%2F");
        format!("postgres://postgres@{socket}/{database}")
    }

    /// Makes an empty database, and returns its address.
    pub(crate) async fn empty_database(&self) -> String {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", MADE.fetch_add(1, Ordering::SeqCst));
        let admin = client(&self.url("postgres")).await;
        admin
            .batch_execute(&format!("CREATE DATABASE {name}"))
            .await
            .unwrap();
        self.url(&name)
    }
}

/// Opens a session of the test's own. Call this on [`run`]'s runtime.
pub(crate) async fn client(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Returns the folder of the newest server that Debian's packages have installed.
fn binaries() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql");
    // ./test installs it: the package is called postgresql.
    let versions = versions.unwrap();
    let newest = versions
        .map(|version| version.unwrap().path())
        .max_by_key(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            name.parse::<u32>().unwrap_or_default()
        });
    newest.unwrap().join("bin")
}

/// Returns the command line that runs a program as the user whom `folder` belongs to from then on: PostgreSQL refuses to run
/// as root.
fn as_owner(folder: &Path, program: &Path) -> Vec<String> {
    let program = program.display().to_string();
    if !rustix::process::geteuid().is_root() {
        return vec![program];
    }
    let given = Command::new("chown")
        .args(["-R", "postgres:postgres"])
        .arg(folder)
        .status();
    assert!(given.unwrap().success());
    let user = [
        "setpriv",
        "--reuid=postgres",
        "--regid=postgres",
        "--clear-groups",
        "--",
    ];
    let user = user.map(str::to_owned);
    user.into_iter().chain([program]).collect()
}

fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").args([from, to]).status();
    assert!(copied.unwrap().success());
}

/// Returns a fresh data folder, which is made once for all test programs and copied by each.
fn template() -> PathBuf {
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let version = binaries().parent().unwrap().file_name().unwrap().to_owned();
    let template = kept.join(format!("postgresql-{}", version.display()));
    if template.exists() {
        return template;
    }
    let making = tempfile::Builder::new()
        .prefix("postgresql")
        .tempdir()
        .unwrap();
    let data = making.path().join("data");
    let mut initdb = as_owner(making.path(), &binaries().join("initdb"));
    let options = [
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale=C",
        "--no-sync",
    ];
    initdb.extend(options.map(str::to_owned));
    initdb.extend(["-D".to_owned(), data.display().to_string()]);
    let made = Command::new(&initdb[0])
        .args(&initdb[1..])
        .output()
        .unwrap();
    let mut told = std::io::stderr();
    told.write_all(&made.stderr).unwrap();
    assert!(made.status.success());
    // Another test program may do the same now. A folder takes its name in one step, and the first one stays.
    let copy_of = tempfile::Builder::new()
        .prefix("making")
        .tempdir_in(kept)
        .unwrap()
        .keep();
    copy(&data, &copy_of.join("data"));
    if std::fs::rename(copy_of.join("data"), &template).is_err() {
        assert!(template.exists());
    }
    std::fs::remove_dir_all(copy_of).unwrap();
    template
}
