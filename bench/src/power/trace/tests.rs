use super::*;

/// Encodes a text as `strace` does.
fn hex(text: &str) -> String {
    text.bytes().map(|byte| format!("\\x{byte:02x}")).collect()
}

fn read(lines: &[String]) -> Trace {
    Trace::read(&lines.join("\n"), Path::new("/data")).unwrap()
}

fn what(trace: &Trace) -> Vec<What> {
    let calls = trace.calls.iter();
    calls.map(|call| call.what.clone()).collect()
}

#[test]
fn a_trace_holds_every_change_in_the_folder() {
    let (db, new, content) = (hex("/data/db"), hex("/data/new"), hex("abc"));
    let trace = read(&[
        format!(r#"7 openat(AT_FDCWD<{db}>, "{db}", O_RDWR|O_CREAT, 0600) = 13<{db}>"#),
        format!(r#"7 openat(AT_FDCWD, "{new}", O_RDONLY) = -1 ENOENT (No such file)"#),
        format!(r#"7 pwrite64(13<{db}>, "{content}", 3, 4096) = 2"#),
        format!(r#"7 writev(13<{db}>, [{{iov_base="{content}", iov_len=3}}], 1) = 3"#),
        format!("7 ftruncate(13<{db}>, 5) = 0"),
        format!("7 fdatasync(13<{db}>)      = 0"),
        format!(r#"7 renameat(AT_FDCWD, "{db}", AT_FDCWD, "{new}") = 0"#),
        format!(r#"7 unlink("{new}") = 0"#),
        format!("7 close(13<{new}>(deleted)) = 0"),
        format!(r#"7 write(2<{}>, "{content}", 3) = 3"#, hex("/elsewhere")),
        "7 --- SIGTERM {si_signo=SIGTERM} ---".to_owned(),
        "7 +++ exited with 0 +++".to_owned(),
    ]);
    let expected = [
        What::Open {
            fd: 13,
            create: true,
            truncate: false,
            append: false,
        },
        What::Write {
            fd: 13,
            at: Some(4096),
            bytes: b"ab".to_vec(),
        },
        What::Write {
            fd: 13,
            at: None,
            bytes: b"abc".to_vec(),
        },
        What::Resize { fd: 13, length: 5 },
        What::Sync { fd: 13 },
        What::Rename {
            from: PathBuf::from("/data/db"),
        },
        What::Unlink,
        What::Close { fd: 13 },
    ];
    assert_eq!(what(&trace), expected);
    assert_eq!(trace.calls[5].file, Path::new("/data/new"));
    assert_eq!(trace.moments.len(), 2 * expected.len());
}

#[test]
fn an_answer_counts_from_its_beginning_and_a_flush_from_its_end() {
    let (db, socket) = (hex("/data/db"), hex("socket:[1]"));
    let answer = hex("HTTP/1.1 200 OK\r\n\r\n{\"statusCode\":200,\"requestId\":\"r-1\"}");
    let trace = read(&[
        format!("7 fsync(13<{db}> <unfinished ...>"),
        format!(r#"8 sendto(17<{socket}>, "{answer}", 60, 0, NULL, 0 <unfinished ...>"#),
        "7 <... fsync resumed>)  = 0".to_owned(),
        format!("7 fsync(13<{db}> <unfinished ...>"),
    ]);
    let moment = |call, begins| Moment { call, begins };
    let expected = [
        moment(0, true),
        moment(1, true),
        moment(0, false),
        moment(2, true),
    ];
    assert_eq!(trace.moments, expected);
    assert!(trace.answers(1).is_empty());
    assert!(trace.answers(2).contains("r-1"));
}

#[test]
fn a_text_cut_short_is_an_error() {
    let line = format!(r#"7 write(3<{}>, "\x61"..., 2) = 2"#, hex("/data/db"));
    assert!(Trace::read(&line, Path::new("/data")).is_err());
}
