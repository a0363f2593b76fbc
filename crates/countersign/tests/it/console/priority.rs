//! The threads that make pages, whose priority is lower than that of the threads that serve sends.

use std::fs;

use super::person::Person;
use crate::server::{Server, folder};

/// What a thread has done so far.
#[derive(Debug, PartialEq)]
struct Thread {
    niceness: i32,
    /// How often it was given a core.
    turns: u64,
}

/// The threads of a process that have this name.
fn threads(process: &str, name: &str) -> Vec<Thread> {
    let tasks = fs::read_dir(format!("/proc/{process}/task")).unwrap();
    let tasks = tasks.map(|task| task.unwrap().path());
    let named = tasks.filter(|task| fs::read_to_string(task.join("comm")).unwrap().trim() == name);
    let thread = |task: std::path::PathBuf| {
        let stat = fs::read_to_string(task.join("stat")).unwrap();
        let (_, fields) = stat.rsplit_once(") ").unwrap(); // from the third field on
        let scheduled = fs::read_to_string(task.join("schedstat")).unwrap();
        Thread {
            niceness: fields.split(' ').nth(16).unwrap().parse().unwrap(),
            turns: scheduled
                .trim()
                .rsplit(' ')
                .next()
                .unwrap()
                .parse()
                .unwrap(),
        }
    };
    named.map(thread).collect()
}

#[tokio::test]
async fn a_page_is_read_and_made_on_threads_of_lower_priority() {
    let data = folder();
    let server = Server::start(data.path(), &["--quiet"]).await;
    let owner = Person::of(&server, "owner").await;
    let process = server.pid();
    let turns = |name| {
        let threads = threads(&process, name);
        assert!(!threads.is_empty(), "{name}");
        assert!(
            threads.iter().all(|thread| thread.niceness == 10),
            "{threads:?}"
        );
        threads.iter().map(|thread| thread.turns).sum::<u64>()
    };
    let before = ["low-priority", "sqlite-reader"].map(turns);
    owner.get("/console/messages").await;
    let after = ["low-priority", "sqlite-reader"].map(turns);
    assert!(
        before[0] < after[0] && before[1] < after[1],
        "{before:?}, {after:?}"
    );
}
