//! `butterfly pointer credential`: a pointer that holds the header with which others' data is fetched.

use super::super::outcome::Outcome;
use super::super::session::Session;
use super::describe::show_pointer;
use crate::model::ConnectionId;
use crate::workspace::{NewFetchHeader, SecretFile};
use clap::Args;
use std::path::PathBuf;
use url::Url;

/// Keep a header, sealed, for fetching what other pointers lead to.
#[derive(Debug, Args)]
pub struct Credential {
    /// The instance.
    instance: String,
    /// The header's name.
    #[arg(long, default_value = "Authorization", value_name = "NAME")]
    header: String,
    /// The file that holds its value, such as `Bearer …`.
    #[arg(long, value_name = "FILE")]
    token_file: PathBuf,
    /// A server that may get it: scheme, host and port, such as https://api.example.com; repeatable.
    #[arg(long, value_name = "URL", required = true)]
    origin: Vec<Url>,
    /// What it is, in words.
    #[arg(long, default_value = "")]
    description: String,
    /// A label; repeatable, or several with commas.
    #[arg(long, value_delimiter = ',', value_name = "TAG")]
    tag: Vec<String>,
    /// The connection to assign it to.
    #[arg(long, value_name = "ID")]
    connection: Option<ConnectionId>,
}

impl Credential {
    pub async fn run(self, session: &Session) -> Outcome {
        session.permit("making a credential pointer")?;
        let new = NewFetchHeader {
            header: self.header,
            token: SecretFile::read(&self.token_file)?.text(),
            origins: self.origin.iter().map(ToString::to_string).collect(),
            description: self.description,
            tags: self.tag,
            connection_id: self.connection,
        };
        let workspace = session.open_for(&self.instance).await?;
        let pointer = workspace.create_credential_pointer(&self.instance, new).await?;
        show_pointer(session, &pointer)
    }
}
