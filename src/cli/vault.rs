//! `butterfly vault …`: the console's own database, and what unlocks it.

use super::arguments::{absolute, kept_path, variable_name};
use super::ask;
use super::outcome::{Outcome, usage};
use super::secrets::passphrase_from_environment;
use super::session::Session;
use super::signal::{EndSignal, until_signal};
use super::table::pairs;
use super::unlock;
use crate::protocol::Code;
use crate::vault::LockKind;
use crate::workspace::{
    ExportedVault, Failure, RestoredVault, SecretFile, StopSign, VaultContents, VaultLock, Workspace,
    path_text,
};
use clap::{Args, Subcommand};
use serde_json::json;
use std::path::{Path, PathBuf};

/// The variable that may hold the words of an exported vault.
const WORDS_VARIABLE: &str = "BUTTERFLY_EXPORT_PASSPHRASE";

/// Make the vault, see how it is locked, lock it differently, carry it elsewhere.
///
/// BUTTERFLY_VAULT_PASSPHRASE, or the file that BUTTERFLY_VAULT_PASSPHRASE_FILE names, gives its passphrase, and
/// BUTTERFLY_VAULT_KEY_FILE its key file, to open it and to lock a new one; else people are asked.
#[derive(Debug, Subcommand)]
pub enum Vault {
    /// Make the vault of a new home.
    Init(Lock),
    /// Open the vault as every other command does, and say by what: asks for its passphrase where nothing else gives it.
    ///
    /// Nothing stays open behind it: each command opens the vault for itself, and the console locks it after a while.
    /// For scripts and services, to find out before they begin whether it opens without anybody there.
    Unlock,
    /// Say whether there is a vault, how it is locked, and what is in it.
    Status,
    /// Lock the vault differently from now on: another passphrase, a key file, or the keyring.
    Passphrase(Lock),
    /// Write the whole vault into a file that opens with words which are shown once.
    ///
    /// In it are all that the vault keeps (credentials, instances, handshakes, settings of the console) and the
    /// settings and keys of local instances. Not in it are the databases of local instances: their pointers, issued
    /// credentials and audit trails. Take those with `butterfly instance backup NAME FILE`, while they run or not.
    Export(Export),
    /// Make a home of an exported vault, under a new lock.
    ///
    /// In a home that is not empty it replaces the vault, and the settings and keys of instances that are in the file:
    /// it says which, asks, and keeps what was there in a folder of the home. Databases of the same instances, themes and
    /// config.toml stay where they are. Close every console on the home first.
    Restore(Restore),
}

/// Where an export goes.
#[derive(Debug, Args)]
pub struct Export {
    /// The file to write: an armoured age file. It must not be there yet.
    file: PathBuf,
    /// Take the invoke log along too: every query and reply that was kept.
    #[arg(long)]
    with_log: bool,
}

/// Where an export comes from.
#[derive(Debug, Args)]
pub struct Restore {
    /// The file that `vault export` wrote.
    file: PathBuf,
    /// The file that holds its words; else BUTTERFLY_EXPORT_PASSPHRASE, or a prompt.
    #[arg(long, value_name = "FILE")]
    words_file: Option<PathBuf>,
    /// Do not ask before something is replaced; where nobody can be asked, it is not done without this.
    #[arg(short, long)]
    yes: bool,
    #[command(flatten)]
    lock: Lock,
}

/// How the vault is locked.
#[derive(Debug, Args)]
#[group(multiple = false)]
pub struct Lock {
    /// Under a passphrase that is asked for.
    #[arg(long)]
    passphrase: bool,
    /// Under the passphrase in this file.
    #[arg(long, value_name = "FILE")]
    passphrase_file: Option<PathBuf>,
    /// Under a key file, which is made; in the home unless a path is given.
    #[arg(long, value_name = "PATH", num_args = 0..=1)]
    key_file: Option<Option<PathBuf>>,
    /// Under the key in this environment variable, 32 bytes in base64url, which has to be set whenever it is opened.
    #[arg(long, value_name = "NAME")]
    from_variable: Option<String>,
    /// Under a key in the keyring of the operating system (Secret Service or keychain).
    #[arg(long)]
    keyring: bool,
}

impl Vault {
    pub async fn run(self, session: &Session) -> Outcome {
        match self {
            Self::Init(lock) => init(session, lock).await,
            Self::Unlock => open(session).await,
            Self::Status => status(session).await,
            Self::Passphrase(lock) => change(session, lock).await,
            Self::Export(export) => export.run(session).await,
            Self::Restore(restore) => restore.run(session).await,
        }
    }
}

async fn init(session: &Session, lock: Lock) -> Outcome {
    session.permit("making a vault")?;
    let home = session.home();
    if home.has_vault() {
        let failure = Failure::new(
            Code::AlreadyExists,
            format!("there is a vault in {} already", home.root().display()),
            "lock it differently with `butterfly vault passphrase`, or choose another --home",
        );
        return Err(failure.into());
    }
    let chosen = match (lock.passphrase, unlock::lock_from_environment()?) {
        // What will unlock it may as well lock it now.
        (true, Some(VaultLock::Passphrase(passphrase))) => Some(VaultLock::Passphrase(passphrase)),
        _ => lock.chosen("Passphrase of the new vault")?,
    };
    match chosen {
        Some(lock) => Workspace::create(home.clone(), lock).await?,
        None => unlock::create(home).await?,
    };
    session.show(&json!({"home": path_text(home.root()), "vault": true}), || {
        format!("The vault in {} is made.", home.root().display())
    })
}

async fn open(session: &Session) -> Outcome {
    let home = session.home();
    let needs_passphrase = home.has_vault() && home.needs_passphrase();
    session.open().await?;
    let kind = home.lock_kind()?;
    let value = json!({
        "home": path_text(home.root()),
        "unlocked": true,
        "lock": lock_word(&kind),
        "asked": needs_passphrase,
    });
    session.show(&value, || {
        let asked = match needs_passphrase {
            true => "",
            false => ", and nobody has to be asked",
        };
        format!(
            "The vault in {} opens with its {}{asked}.",
            home.root().display(),
            lock_words(&kind)
        )
    })
}

/// How a vault is locked, for scripts.
fn lock_word(kind: &LockKind) -> String {
    kind.words().replace(' ', "_")
}

/// The same for people, with where the key is.
fn lock_words(kind: &LockKind) -> String {
    match kind {
        LockKind::KeyFile(path) => format!("key file {}", path.display()),
        LockKind::Variable(name) => format!("key in the variable {name}"),
        _ => kind.words().to_owned(),
    }
}

/// Opens the vault only if nobody has to be asked: what is in it is a courtesy, not what `status` is for.
async fn status(session: &Session) -> Outcome {
    let home = session.home();
    if !home.has_vault() {
        let value = json!({"home": path_text(home.root()), "vault": false, "needs_passphrase": false});
        return session.show(&value, || {
            pairs([
                ("home", Some(home.root().display().to_string())),
                (
                    "vault",
                    Some(session.here("none yet; make one with `butterfly vault init`")),
                ),
            ])
        });
    }
    let kind = home.lock_kind()?;
    let needs_passphrase = home.needs_passphrase();
    let idle = home.idle_lock()?.map(|idle| idle.as_secs() / 60);
    let key_file = match &kind {
        LockKind::KeyFile(path) => Some(path_text(path)),
        _ => None,
    };
    let contents = match needs_passphrase {
        true => None,
        false => Some(contents(session).await),
    };
    let (contents, problem) = match contents {
        Some(Ok(contents)) => (Some(contents), None),
        Some(Err(failure)) => (None, Some(failure)),
        None => (None, None),
    };
    let value = json!({
        "home": path_text(home.root()),
        "vault": true,
        "needs_passphrase": needs_passphrase,
        "path": path_text(&home.root().join("console.db")),
        "lock": lock_word(&kind),
        "key_file": key_file,
        "idle_lock_minutes": idle.unwrap_or(0),
        "contents": contents,
        "problem": problem.as_ref().map(|failure| failure.message.clone()),
    });
    session.show(&value, || {
        let vault = match (&problem, needs_passphrase) {
            (Some(failure), _) => format!("does not open: {failure}"),
            (None, true) => "locked; asks for its passphrase".to_owned(),
            (None, false) => "opens without a question".to_owned(),
        };
        let lock = lock_words(&kind);
        let idle = match idle {
            Some(minutes) => format!("after {minutes} minutes without a key in the console"),
            None => "never; `idle_lock_minutes` is 0 in config.toml".to_owned(),
        };
        let contents = contents.map(|found| {
            format!(
                "{} instances, {} credentials, {} handshakes, {} lines of the invoke log",
                found.instances, found.credentials, found.handshakes, found.log_lines
            )
        });
        pairs([
            ("home", Some(home.root().display().to_string())),
            ("vault", Some(vault)),
            ("lock", Some(lock)),
            ("locks itself", Some(idle)),
            ("holds", contents),
        ])
    })
}

async fn contents(session: &Session) -> Result<VaultContents, Failure> {
    session.open().await?.vault_contents().await
}

impl Export {
    async fn run(self, session: &Session) -> Outcome {
        let file = absolute(&self.file)?;
        let workspace = session.open().await?;
        let stop = StopSign::default();
        let export = workspace.export_vault(&file, self.with_log, &stop);
        let words = until_signal(&stop, export).await?;
        let value = json!({"file": path_text(&file), "passphrase": words.expose_text()});
        session.show(&value, || {
            format!(
                "The vault is in {}. It opens with these words, which are shown only now; keep them elsewhere:\n\n  {}",
                file.display(),
                words.expose_text()
            )
        })?;
        if !session.is_json() {
            session.note(
                "Not in it: the databases of local instances. `butterfly instance backup NAME FILE` takes those.",
            );
        }
        Ok(())
    }
}

impl Restore {
    async fn run(self, session: &Session) -> Outcome {
        session.permit("restoring a vault")?;
        let words = match self.words_file {
            Some(file) => Some(SecretFile::read(&file)?.passphrase()?),
            None => passphrase_from_environment(WORDS_VARIABLE)?,
        };
        let words = match words {
            Some(words) => words,
            None if ask::is_possible() => ask::passphrase("Words of the exported vault: ")?,
            None => {
                let failure = Failure::new(
                    Code::CannotOpen,
                    "the exported vault needs its words, and nobody can be asked",
                    format!("give --words-file, or set {WORDS_VARIABLE}"),
                );
                return Err(failure.into());
            }
        };
        let home = session.home();
        let exported = ExportedVault::open(&self.file, &words).await?;
        let replaced = exported.replaces(home)?;
        ask_to_replace(home.root(), &replaced, self.yes)?;
        let lock = match self.lock.chosen("Passphrase of the restored vault")? {
            Some(lock) => lock,
            None => unlock::lock_for_new_home(home)?,
        };
        // Whoever wants this to end waits the second until it has: half of it would be no vault.
        let _waits = EndSignal::listen()?;
        let RestoredVault {
            contents: found,
            aside,
        } = exported.put_into(home, lock).await?;
        let value = json!({
            "home": path_text(home.root()),
            "restored": found,
            "replaced": replaced.iter().map(|path| path_text(path)).collect::<Vec<_>>(),
            "kept_in": aside.as_deref().map(path_text),
        });
        session.show(&value, || {
            format!(
                "The vault is restored in {}: {} instances, {} credentials, {} handshakes.",
                home.root().display(),
                found.instances,
                found.credentials,
                found.handshakes
            )
        })?;
        if let Some(aside) = aside {
            session.note(&format!(
                "What it replaced is in {}; remove that once everything is as it should be.",
                aside.display()
            ));
        }
        let waiting = Workspace::without_databases(home);
        if !waiting.is_empty() {
            session.note(&format!(
                "Still missing, because they are not in an exported vault: the databases of {}. Put instance.db and audit.db \
                 back into instances/NAME, or run `butterfly instance restore NAME FILE` with a backup.",
                waiting.join(", ")
            ));
        }
        Ok(())
    }
}

/// Asks before something in a home is replaced. A script has to say that it means it.
fn ask_to_replace(root: &Path, replaced: &[PathBuf], is_confirmed: bool) -> Outcome {
    if replaced.is_empty() {
        return Ok(());
    }
    let list: Vec<_> = replaced.iter().map(|path| path.display().to_string()).collect();
    let what = format!("in {} this would replace {}", root.display(), list.join(", "));
    if !is_confirmed && !ask::is_possible() {
        let remedy = "give --yes if you mean it, which keeps what was there in a folder of the home, or another --home";
        return Err(Failure::new(Code::AlreadyExists, what, remedy).into());
    }
    let question = format!("{what}. What was there is kept in a folder of the home.");
    Ok(ask::confirm(&question, is_confirmed)?)
}

/// What is said where the change could not be finished because somebody was reading.
const KEEPS_OLD_LOCK: &str = "warning: another console or command is reading the vault, so that its write-ahead log \
    (console.db-wal) still has the vault's key as the old lock sealed it; close the others and run any command on this home, \
    such as `butterfly instance list`, which takes it out";

async fn change(session: &Session, lock: Lock) -> Outcome {
    session.permit("locking the vault differently")?;
    let workspace = session.open().await?;
    let lock = match lock.chosen("New passphrase of the vault")? {
        Some(lock) => lock,
        None => ask_passphrase("New passphrase of the vault")?,
    };
    workspace.change_lock(lock).await?;
    if workspace.keeps_old_lock() {
        session.note(KEEPS_OLD_LOCK);
    }
    session.show(
        &json!({"home": path_text(session.home().root()), "changed": true}),
        || "The vault is locked differently from now on; nothing in it was sealed anew.".to_owned(),
    )
}

impl Lock {
    fn chosen(self, prompt: &str) -> Outcome<Option<VaultLock>> {
        if self.keyring {
            return Ok(Some(VaultLock::Keyring));
        }
        if let Some(path) = self.key_file {
            let path = path.map(|path| kept_path(&path)).transpose()?;
            return Ok(Some(VaultLock::KeyFile(path)));
        }
        if let Some(name) = self.from_variable {
            return variable_name(name).map(VaultLock::Variable).map(Some);
        }
        if let Some(path) = self.passphrase_file {
            let passphrase = SecretFile::read_private(&path)?.passphrase()?;
            return Ok(Some(VaultLock::Passphrase(passphrase)));
        }
        if !self.passphrase {
            return Ok(None);
        }
        ask_passphrase(prompt).map(Some)
    }
}

fn ask_passphrase(prompt: &str) -> Outcome<VaultLock> {
    if !ask::is_possible() {
        return Err(usage(
            "a passphrase is asked for, and nobody can answer",
            "give --passphrase-file FILE, --key-file [PATH], --from-variable NAME, or --keyring",
        ));
    }
    Ok(ask::new_passphrase(prompt).map(VaultLock::Passphrase)?)
}
