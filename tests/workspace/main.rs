//! A whole home, as the console and the command line use it: real instances, real HTTP, real files.

#[allow(dead_code)]
#[path = "../client/peer.rs"]
mod peer;

mod administering;
mod composing;
mod demo;
mod fetch_headers;
mod joining;
mod looking;
mod lying;
mod read_only;
mod transfers;

use butterfly_console::model::{InstanceName, NewPointer};
use butterfly_console::workspace::{
    Failure, Home, ImportFormat, ImportReport, InitInstance, Unlock, VaultLock, Workspace,
};
use std::io::Cursor;
use std::net::SocketAddr;
use std::sync::Arc;
use tempfile::TempDir;

async fn home() -> (TempDir, Arc<Workspace>) {
    let folder = tempfile::tempdir().unwrap();
    let workspace = Workspace::create(Home::at(folder.path().join("home")), VaultLock::KeyFile(None))
        .await
        .unwrap();
    (folder, workspace)
}

async fn again(folder: &TempDir) -> Arc<Workspace> {
    Workspace::open(Home::at(folder.path().join("home")), Unlock::Ambient)
        .await
        .unwrap()
}

fn name(text: &str) -> InstanceName {
    InstanceName::parse(text).unwrap()
}

async fn init(workspace: &Workspace, instance: &str) {
    workspace
        .init_instance(InitInstance {
            key: Default::default(),
            name: name(instance),
            listen: Some(SocketAddr::from(([127, 0, 0, 1], 0))),
            endpoint: None,
            insecure_http: false,
            tls: None,
        })
        .await
        .unwrap();
}

/// Imports what a file of these bytes would hold.
async fn import(
    workspace: &Workspace,
    instance: &str,
    bytes: Vec<u8>,
    format: ImportFormat,
    skip_bad: bool,
) -> Result<ImportReport, Failure> {
    let source = Box::new(Cursor::new(bytes));
    workspace
        .import_pointers(instance, source, format, skip_bad, &|_| {})
        .await
}

fn pointer(reference: &str) -> NewPointer {
    NewPointer {
        data_reference: reference.to_owned(),
        description: format!("what is at {reference}"),
        tags: vec!["test".to_owned()],
        connection_id: None,
        credential_pointer_address: None,
        federated: None,
        author: None,
    }
}
