//! `countersign staff invite|list|role|reset|remove`: the people who work with the console.

use std::process::ExitCode;

use anyhow::anyhow;
use clap::{Args, Subcommand, ValueEnum};
use countersign_api::{
    InviteStaffRequest, InvitedPerson, PersonDto, PersonRequest, SetStaffRoleRequest,
};

use super::owner::{self, Owner, OwnerArgs};
use super::say;

#[derive(Args)]
#[command(
    after_help = "Examples:\n  countersign staff invite --role owner          prints a link, good once and for an hour\n  \
        countersign staff invite --role support --name Lin --app shop\n  countersign staff list --json\n  \
        countersign staff reset Lin                    a new link, for a lost phone\n  countersign staff remove Lin"
)]
pub(super) struct Staff {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Make a link at which somebody chooses a name and a password
    Invite {
        /// What the person may do
        #[arg(long)]
        role: Role,
        /// The name by which the person will sign in (default: the person chooses)
        #[arg(long)]
        name: Option<String>,
        /// Id of an application that the person may work with, once for each (default: all)
        #[arg(long = "app", value_name = "ID")]
        apps: Vec<String>,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Show everybody who can sign in, or is invited
    List {
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Give somebody another role
    Role {
        /// Name, or id
        who: String,
        /// What the person may do
        role: Role,
        /// Id of an application that the person may work with, once for each (default: all)
        #[arg(long = "app", value_name = "ID")]
        apps: Vec<String>,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Take away password and second factor, and make a new link
    Reset {
        /// Name, or id
        who: String,
        #[command(flatten)]
        owner: OwnerArgs,
    },
    /// Remove somebody, or take an invitation back
    #[command(visible_alias = "delete")]
    Remove {
        /// Name, or id
        who: String,
        #[command(flatten)]
        owner: OwnerArgs,
    },
}

/// A role, by its name.
#[derive(Clone, Copy, ValueEnum)]
enum Role {
    /// May do everything
    Owner,
    /// Everything but keys, staff and erasures
    Operator,
    /// Helps people who wait for a code
    Support,
    /// Sees and changes nothing
    Auditor,
}

impl Role {
    fn name(self) -> String {
        let role = match self {
            Role::Owner => countersign_core::staff::Role::Owner,
            Role::Operator => countersign_core::staff::Role::Operator,
            Role::Support => countersign_core::staff::Role::Support,
            Role::Auditor => countersign_core::staff::Role::Auditor,
        };
        role.as_str().to_owned()
    }
}

impl Staff {
    pub(super) fn json(&self) -> bool {
        match &self.verb {
            Verb::Invite { owner, .. }
            | Verb::List { owner }
            | Verb::Role { owner, .. }
            | Verb::Reset { owner, .. }
            | Verb::Remove { owner, .. } => owner.json,
        }
    }

    pub(super) async fn run(self) -> anyhow::Result<ExitCode> {
        match self.verb {
            Verb::Invite {
                role,
                name,
                apps,
                owner,
            } => {
                let body = InviteStaffRequest {
                    name,
                    role: role.name(),
                    applications: named(apps),
                };
                let running = owner.find()?;
                let asked = running.post("invite-staff").json(&body);
                show_link(&owner, owner::data(running.ask(asked).await?)?)?;
            }
            Verb::List { owner } => list(&owner).await?,
            Verb::Role {
                who,
                role,
                apps,
                owner,
            } => {
                let running = owner.find()?;
                let body = SetStaffRoleRequest {
                    person_id: id_of(&running, &who).await?,
                    role: role.name(),
                    applications: named(apps),
                };
                let asked = running.post("set-staff-role").json(&body);
                super::done(&owner, &running.ask(asked).await?, "set")?;
            }
            Verb::Reset { who, owner } => {
                let running = owner.find()?;
                let person_id = id_of(&running, &who).await?;
                let asked = running
                    .post("reset-staff")
                    .json(&PersonRequest { person_id });
                show_link(&owner, owner::data(running.ask(asked).await?)?)?;
            }
            Verb::Remove { who, owner } => {
                let running = owner.find()?;
                let person_id = id_of(&running, &who).await?;
                let asked = running
                    .post("remove-staff")
                    .json(&PersonRequest { person_id });
                super::done(&owner, &running.ask(asked).await?, "removed")?;
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

/// The applications that were named; all where none was.
fn named(apps: Vec<String>) -> Option<Vec<String>> {
    (!apps.is_empty()).then_some(apps)
}

/// Prints the link of an invitation.
fn show_link(args: &OwnerArgs, invited: InvitedPerson) -> anyhow::Result<()> {
    if args.json {
        say(serde_json::to_string(&invited)?);
    } else {
        say(format!("person   {}", invited.person_id));
        say(format!("link     {}", invited.link));
        say(format!(
            "expires  {}   (good once; shown this once)",
            invited.expires
        ));
    }
    Ok(())
}

async fn people(running: &Owner) -> anyhow::Result<Vec<PersonDto>> {
    owner::data(running.ask(running.get("list-staff")).await?)
}

/// Returns the id of the person whose name or id is `who`.
async fn id_of(running: &Owner, who: &str) -> anyhow::Result<String> {
    let is_who = |person: &PersonDto| {
        let name = person.name.as_deref().map(str::to_lowercase);
        person.person_id == who || name.as_deref() == Some(&who.to_lowercase())
    };
    let found = people(running).await?.into_iter().find(is_who);
    let found = found.ok_or_else(|| anyhow!("there is nobody called {who}"))?;
    Ok(found.person_id)
}

async fn list(args: &OwnerArgs) -> anyhow::Result<()> {
    let people = people(&args.find()?).await?;
    if args.json {
        say(serde_json::to_string(&people)?);
        return Ok(());
    }
    say(format!(
        "{:16}  {:20}  {:8}  {:8}  {:13}  APPLICATIONS",
        "ID", "NAME", "ROLE", "STATUS", "SECOND FACTOR"
    ));
    for person in people {
        let factor = match person.recovery_codes_left {
            Some(left) => format!("{left} codes left"),
            None => "none".to_owned(),
        };
        let applications = person.applications.map(|these| these.join(" "));
        say(format!(
            "{:16}  {:20}  {:8}  {:8}  {:13}  {}",
            person.person_id,
            person.name.as_deref().unwrap_or("-"),
            person.role,
            person.status,
            factor,
            applications.as_deref().unwrap_or("all")
        ));
    }
    Ok(())
}
