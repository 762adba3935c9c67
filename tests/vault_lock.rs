//! A home whose vault is locked while nobody is there: what goes on, what does not, and carrying it elsewhere.

use butterfly_console::model::{InstanceName, InstanceState, Timestamp};
use butterfly_console::protocol::Code;
use butterfly_console::protocol::Query;
use butterfly_console::seal::Passphrase;
use butterfly_console::vault::{HeldEntry, Vault};
use butterfly_console::workspace::{
    Home, InitInstance, InvokeOptions, LogFilter, StopSign, Unlock, VaultLock, Workspace,
};
use serde_json::json;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

const WORDS: &str = "seven short words that nobody would guess";

fn passphrase(text: &str) -> Passphrase {
    Passphrase::parse(text).unwrap()
}

async fn hosting() -> (TempDir, Arc<Workspace>) {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path().join("home"));
    let workspace = Workspace::create(home, VaultLock::Passphrase(passphrase(WORDS)))
        .await
        .unwrap();
    workspace
        .init_instance(InitInstance {
            key: Default::default(),
            name: InstanceName::parse("alpha").unwrap(),
            listen: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
            endpoint: None,
            insecure_http: false,
            tls: None,
        })
        .await
        .unwrap();
    workspace.start_instance("alpha").await.unwrap();
    (folder, workspace)
}

/// The vault as another process would open it.
fn outside(folder: &TempDir) -> Vault {
    let lock = butterfly_console::vault::Lock::Passphrase(passphrase(WORDS));
    Vault::open(&folder.path().join("home"), &lock).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn hosted_instances_answer_while_the_vault_is_locked_and_everything_else_waits() {
    let (folder, workspace) = hosting().await;
    // Somebody else's console: it has its own key.
    let other = Workspace::open(
        Home::at(folder.path().join("home")),
        Unlock::Passphrase(passphrase(WORDS)),
    )
    .await
    .unwrap();
    workspace.lock_vault();
    assert!(workspace.is_vault_locked() && !other.is_vault_locked());
    assert_eq!(other.probe("alpha").await.unwrap().state, InstanceState::Up);

    let query = Query::new("whoami", json!({}));
    let refusals = [
        workspace.instances().await.err(),
        workspace.credentials().await.err(),
        workspace.log(&LogFilter::default()).await.err(),
        workspace.probe("alpha").await.err(),
        workspace
            .invoke("alpha", &query, InvokeOptions::default())
            .await
            .err(),
        workspace.change_number().await.err(),
        workspace.change_lock(VaultLock::KeyFile(None)).await.err(),
        workspace
            .export_vault(&folder.path().join("out.age"), false, &StopSign::default())
            .await
            .err(),
    ];
    for refusal in refusals {
        assert_eq!(refusal.unwrap().code, Code::VaultLocked);
    }
    assert!(!folder.path().join("out.age").exists());

    let wrong = workspace
        .unlock_vault(Unlock::Passphrase(passphrase("another one")))
        .await
        .unwrap_err();
    assert_eq!(wrong.code, Code::VaultLocked);
    assert!(workspace.is_vault_locked());
    assert!(workspace.asks_for_passphrase().await.unwrap());
    workspace
        .unlock_vault(Unlock::Passphrase(passphrase(WORDS)))
        .await
        .unwrap();
    let answered = workspace.invoke("alpha", &query, InvokeOptions::default()).await;
    assert!(answered.unwrap().reply.is_success());
    workspace.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_file_opens_it_again_without_a_question() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path().join("home"));
    let workspace = Workspace::create(home, VaultLock::KeyFile(None)).await.unwrap();
    workspace.lock_vault();
    assert!(!workspace.asks_for_passphrase().await.unwrap());
    workspace.unlock_vault(Unlock::Ambient).await.unwrap();
    assert_eq!(workspace.instances().await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn config_says_when_it_locks_itself() {
    let folder = tempfile::tempdir().unwrap();
    let home = Home::at(folder.path().join("home"));
    let workspace = Workspace::create(home.clone(), VaultLock::KeyFile(None))
        .await
        .unwrap();
    let after = |text: &str| {
        std::fs::write(home.root().join("config.toml"), text).unwrap();
        home.idle_lock()
    };
    assert_eq!(
        workspace.idle_lock().await.unwrap(),
        Some(Duration::from_secs(900))
    );
    assert_eq!(after("[vault]\nidle_lock_minutes = 0\n").unwrap(), None);
    let two = after("[vault]\nidle_lock_minutes = 2\n").unwrap();
    assert_eq!(two, Some(Duration::from_secs(120)));
    assert!(after("[vault]\nidle_lock_minutes = -1\n").is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn handshakes_and_their_secrets_are_carried_along() {
    let (folder, workspace) = hosting().await;
    workspace.shutdown().await;
    let vault = outside(&folder);
    let draft = json!({"step": "words"});
    vault.keep_wizard_draft(Some(&draft)).unwrap();
    vault
        .keep_audit_head("inst_a", 7, "seven", Timestamp::from_micros(1))
        .unwrap();
    let held: Vec<HeldEntry> = vault.held().unwrap();
    let file = folder.path().join("out.age");
    let words = workspace
        .export_vault(&file, true, &StopSign::default())
        .await
        .unwrap();

    let place = folder.path().join("restored");
    let home = Home::at(&place);
    let lock = VaultLock::Passphrase(passphrase(WORDS));
    let found = Workspace::restore_vault(&home, &file, &words, lock)
        .await
        .unwrap();
    assert_eq!((found.instances, found.credentials), (1, held.len() as u64));
    let lock = butterfly_console::vault::Lock::Passphrase(passphrase(WORDS));
    let restored = Vault::open(&place, &lock).unwrap();
    assert_eq!(restored.wizard_draft().unwrap(), Some(draft));
    assert_eq!(restored.audit_head("inst_a").unwrap().unwrap().0, 7);
    let again = restored.held_by_name(&held[0].name).unwrap().unwrap();
    assert_eq!(again.form.expose_value(), held[0].form.expose_value());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restoring_that_fails_half_way_leaves_an_empty_home_empty() {
    let (folder, workspace) = hosting().await;
    workspace.shutdown().await;
    let file = folder.path().join("out.age");
    let words = workspace
        .export_vault(&file, false, &StopSign::default())
        .await
        .unwrap();
    // The files of instances are in place when the lock turns out not to work.
    let loose = folder.path().join("loose.key");
    std::fs::write(&loose, "not a key").unwrap();
    let place = folder.path().join("restored");
    std::fs::create_dir(&place).unwrap();
    let lock = VaultLock::KeyFile(Some(loose));
    let failure = Workspace::restore_vault(&Home::at(&place), &file, &words, lock)
        .await
        .unwrap_err();
    assert_eq!(failure.code, Code::FileFailed, "{failure}");
    assert_eq!(std::fs::read_dir(&place).unwrap().count(), 0);
}
