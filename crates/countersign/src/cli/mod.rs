//! The command line: one verb, one file.

mod access_key;
mod app;
mod audit;
mod backup;
mod check;
mod config;
mod demo;
mod dev;
mod doctor;
mod erase;
mod guard;
mod init;
mod key;
mod kinds;
mod limit;
mod listen;
mod locale;
mod man;
mod master_key;
mod message;
mod migrate;
mod next_steps;
mod nodes;
mod overlap;
mod owner;
mod place;
mod private_input;
mod program;
mod provider;
mod recipient;
mod refused;
mod route;
mod running;
mod sandbox;
mod screen;
mod send;
mod sentence;
mod serve;
mod simulate;
mod staff;
mod statistics;
mod template;
mod test_number;
mod unlock;
mod weight;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use clap_complete::Shell;
use countersign_core::printable::printable;

use crate::system;

#[derive(Parser)]
#[command(
    name = "countersign",
    version,
    about = "One-time passcodes by SMS, a drop-in for GenAuth's V3 \"Send SMS\"",
    after_help = "Start here:\n  countersign dev                         the whole service, for development\n  \
        countersign demo                        a sign-in page with its codes, from another terminal\n  \
        countersign send --to 18800008888       a code through it, from another terminal\n  \
        countersign check --to 18800008888 --code 123456\n\n\
        Exit codes: 0 done, 1 refused or failed, 2 wrong usage."
)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Run everything on this machine for development, without any configuration
    Dev(dev::Dev),
    /// Make the settings and the keys of a service in production
    Init(init::Init),
    /// Look at the settings of a service in production
    Config(config::Config),
    /// Run the service in production
    Serve(serve::Serve),
    /// Look a deployment over, and say how to mend what is broken
    Doctor(doctor::Doctor),
    /// Open an example application that signs people in with codes
    Demo(demo::Demo),
    /// Play the SMS vendors, for tests and staging
    Sandbox(sandbox::Vendors),
    /// Try the limits on played traffic: attacks, and an ordinary day
    Simulate(simulate::Simulate),
    /// Send a code through the running countersign
    Send(send::Send),
    /// Check a code, and use it up
    Check(check::Check),
    /// Forget the wrong guesses about a number, on record
    Unlock(unlock::Unlock),
    /// Take a number out of everything that is kept
    Erase(erase::Erase),
    /// List, create and change applications of the running countersign
    App(app::App),
    /// Set up, list and try out SMS vendor accounts
    Provider(provider::Provider),
    /// Say which vendor accounts carry which numbers
    Route(route::Route),
    /// Show and change the limits on sends
    Limit(limit::Limit),
    /// Say in which words messages go out, and try them
    Template(template::Template),
    /// Add, list and remove numbers for tests
    TestNumber(test_number::TestNumber),
    /// Show messages, and what became of them
    Message(message::Message),
    /// Count messages, and what became of them
    Statistics(statistics::Statistics),
    /// Show and change what the guard against SMS pumping blocks, and whom it leaves alone
    Guard(guard::Guard),
    /// List and rotate the keys that sign verification tokens
    Key(key::Key),
    /// Show and change the keys that protect what is kept
    MasterKey(master_key::MasterKey),
    /// Make, list and delete the keys with which programs manage
    AccessKey(access_key::AccessKey),
    /// Invite, list, reset and remove the people who work with the console
    Staff(staff::Staff),
    /// Show the processes of the deployment, and which of them are alive
    Nodes(nodes::Nodes),
    /// Show, verify and export the record of everything that operators did
    Audit(audit::Audit),
    /// Copy a data folder, while its countersign runs
    Backup(backup::Backup),
    /// Put a backup into a data folder
    Restore(backup::Restore),
    /// Move a deployment to another database: from its folder to PostgreSQL, and back
    Migrate(migrate::Migrate),
    /// Print a completion script for a shell
    #[command(
        after_help = "For bash:\n  countersign completions bash > /etc/bash_completion.d/countersign\n\n\
            For zsh:\n  countersign completions zsh > /usr/local/share/zsh/site-functions/_countersign\n\n\
            For fish:\n  countersign completions fish > /etc/fish/completions/countersign.fish"
    )]
    Completions {
        /// Which shell
        shell: Shell,
    },
    /// Write the manual pages into a folder, for packages
    #[command(hide = true)]
    Man(man::Manual),
}

/// Runs the command line of this process.
#[must_use]
pub fn run() -> ExitCode {
    system::keep_files_private();
    let verb = match parse() {
        Ok(cli) => cli.verb,
        Err(error) => return misused(&error),
    };
    let json = match &verb {
        Verb::Send(send) => send.owner.json,
        Verb::Check(check) => check.owner.json,
        Verb::Unlock(unlock) => unlock.owner.json,
        Verb::Erase(erase) => erase.owner.json,
        Verb::App(app) => app.json(),
        Verb::Provider(provider) => provider.json(),
        Verb::Route(route) => route.json(),
        Verb::Limit(limit) => limit.json(),
        Verb::Template(template) => template.json(),
        Verb::TestNumber(number) => number.json(),
        Verb::Message(message) => message.json(),
        Verb::Statistics(statistics) => statistics.owner.json,
        Verb::Guard(guard) => guard.json(),
        Verb::Key(key) => key.json(),
        Verb::MasterKey(key) => key.json(),
        Verb::AccessKey(key) => key.json(),
        Verb::Staff(staff) => staff.json(),
        Verb::Nodes(nodes) => nodes.json(),
        Verb::Audit(audit) => audit.json(),
        Verb::Backup(backup) => backup.json,
        Verb::Restore(restore) => restore.json,
        Verb::Migrate(migrate) => migrate.json(),
        Verb::Doctor(doctor) => doctor.json,
        Verb::Simulate(simulate) => simulate.json(),
        Verb::Dev(_)
        | Verb::Init(_)
        | Verb::Serve(_)
        | Verb::Config(_)
        | Verb::Demo(_)
        | Verb::Sandbox(_)
        | Verb::Completions { .. }
        | Verb::Man(_) => false,
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into(), json),
    };
    let result = runtime.block_on(async {
        match verb {
            Verb::Dev(dev) => dev.run().await,
            Verb::Init(init) => init.run(),
            Verb::Config(config) => config.run(),
            Verb::Serve(serve) => serve.run().await,
            Verb::Doctor(doctor) => doctor.run().await,
            Verb::Demo(demo) => demo.run().await,
            Verb::Sandbox(sandbox) => sandbox.run().await,
            Verb::Simulate(simulate) => simulate.run().await,
            Verb::Send(send) => send.run().await,
            Verb::Check(check) => check.run().await,
            Verb::Unlock(unlock) => unlock.run().await,
            Verb::Erase(erase) => erase.run().await,
            Verb::App(app) => app.run().await,
            Verb::Provider(provider) => provider.run().await,
            Verb::Route(route) => route.run().await,
            Verb::Limit(limit) => limit.run().await,
            Verb::Template(template) => template.run().await,
            Verb::TestNumber(number) => number.run().await,
            Verb::Message(message) => message.run().await,
            Verb::Statistics(statistics) => statistics.run().await,
            Verb::Guard(guard) => guard.run().await,
            Verb::Key(key) => key.run().await,
            Verb::MasterKey(key) => key.run().await,
            Verb::AccessKey(key) => key.run().await,
            Verb::Staff(staff) => staff.run().await,
            Verb::Nodes(nodes) => nodes.run().await,
            Verb::Audit(audit) => audit.run().await,
            Verb::Backup(backup) => backup.run().await,
            Verb::Restore(restore) => restore.run(),
            Verb::Migrate(migrate) => migrate.run().await,
            Verb::Completions { shell } => {
                print_completions(shell);
                Ok(ExitCode::SUCCESS)
            }
            Verb::Man(manual) => manual.run(Cli::command()),
        }
    });
    match result {
        Ok(code) => code,
        Err(error) => failed(&error, json),
    }
}

/// Reads the arguments of this process.
fn parse() -> Result<Cli, clap::Error> {
    let mut command = program::named_in_help(Cli::command());
    let matches = command.try_get_matches_from_mut(std::env::args_os())?;
    Cli::from_arg_matches(&matches).map_err(|error| error.format(&mut command))
}

/// Prints help to standard output, or says on standard error why the arguments are wrong, with what a terminal would
/// obey in them made [`printable`].
fn misused(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() {
        error.exit();
    }
    let _ = io::stderr().write_all(printable(&error.render().to_string()).as_bytes());
    ExitCode::from(2)
}

/// Says why on standard error: a sentence, or for programs an object with it.
fn failed(error: &anyhow::Error, json: bool) -> ExitCode {
    let sentence = sentence::sentence(error);
    let line = if json {
        serde_json::json!({ "error": sentence }).to_string()
    } else {
        format!("countersign: {sentence}")
    };
    // A closed standard error leaves nobody to tell.
    let _ = writeln!(io::stderr(), "{}", printable(&line));
    ExitCode::FAILURE
}

/// Says that something was done, or why not.
fn done(args: &owner::OwnerArgs, answer: &owner::Answer, what: &str) -> anyhow::Result<()> {
    owner::succeeded(answer)?;
    if args.json {
        say(serde_json::to_string(answer)?);
    } else {
        say(what);
    }
    Ok(())
}

/// Writes a line to standard output, or several, with what a terminal would obey made [`printable`]. A reader that went
/// away is no reason to fail.
fn say(line: impl std::fmt::Display) {
    write(printable(&format!("{line}\n")).as_bytes());
}

/// Writes the completion script for `shell` to standard output, byte by byte as the shell reads it.
fn print_completions(shell: Shell) {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "countersign", &mut script);
    write(&script);
}

fn write(bytes: &[u8]) {
    let mut out = io::stdout().lock();
    let _ = out.write_all(bytes);
    let _ = out.flush();
}
