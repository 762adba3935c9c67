//! What is being written in the composer and was not sent, kept for the next console.

use super::super::{Failure, Workspace};
use crate::model::InstanceName;
use crate::vault::Draft;

impl Workspace {
    /// What was being written, by instance, the newest text first. What was written for an instance that is no longer in this home is
    /// forgotten.
    pub async fn drafts(&self) -> Result<Vec<(InstanceName, Vec<String>)>, Failure> {
        self.in_vault(|vault| {
            let known = vault.instances()?;
            let mut found = Vec::new();
            for draft in vault.drafts()? {
                match known.iter().find(|record| record.name.as_str() == draft.instance) {
                    Some(record) => {
                        let texts = std::iter::once(draft.text).chain(draft.earlier);
                        found.push((record.name.clone(), texts.collect()));
                    }
                    None => vault.remove_draft(&draft.instance)?,
                }
            }
            Ok(found)
        })
        .await
    }

    /// Keeps what is being written for an instance, the newest text first, sealed in the vault; none forgets it.
    pub async fn keep_drafts(&self, instance: &InstanceName, texts: Vec<String>) -> Result<(), Failure> {
        let instance = instance.to_string();
        self.in_vault(move |vault| {
            let mut texts = texts.into_iter();
            match texts.next() {
                Some(text) => vault.put_draft(&Draft {
                    instance,
                    text,
                    earlier: texts.collect(),
                }),
                None => vault.remove_draft(&instance),
            }
        })
        .await
    }
}
