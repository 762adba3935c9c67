//! Queries under a name: those that a person keeps sealed in the vault, and those that stand in files.

use super::super::{Failure, Workspace, blocking};
use super::query_files::{self, QueryFolder};
use super::templates::{Template, Templates};
use crate::protocol::Code;
use crate::vault;

/// Letters of a template's name.
const LONGEST_NAME: usize = 60;

impl From<vault::Template> for Template {
    fn from(kept: vault::Template) -> Self {
        Self::to_keep(kept.name, kept.text, kept.instance, kept.at)
    }
}

impl Templates {
    /// The query of this name; where there is none, what is wrong with a file may be why.
    pub fn find(&self, name: &str) -> Result<&Template, Failure> {
        let found = self.list.iter().find(|template| template.name == name);
        let file = name.rsplit_once('/').map(|(file, _)| format!("{file}.toml"));
        let is_of_it = |problem: &&Failure| file.as_ref().is_some_and(|file| problem.message.contains(file));
        let problem = || self.problems.iter().find(is_of_it).or(self.problems.first());
        found.ok_or_else(|| match problem() {
            Some(problem) => Failure {
                remedy: format!("{}; {}", problem.message, problem.remedy),
                ..no_template(name)
            },
            None => no_template(name),
        })
    }
}

impl Workspace {
    /// The queries that have a name.
    pub async fn templates(&self) -> Result<Templates, Failure> {
        let kept = self.in_vault(|vault| vault.templates()).await?;
        let folders = self.home.query_folders();
        let mut in_files = match folders {
            Ok(folders) => blocking(move || query_files::read(&folders)).await,
            Err(failure) => Templates {
                list: Vec::new(),
                problems: vec![failure],
            },
        };
        let mut list: Vec<Template> = kept.into_iter().map(Template::from).collect();
        list.append(&mut in_files.list);
        Ok(Templates {
            list,
            problems: in_files.problems,
        })
    }

    /// The query of this name.
    pub async fn template(&self, name: &str) -> Result<Template, Failure> {
        self.templates().await?.find(name).cloned()
    }

    /// Keeps a query under a name, in place of the one that has it.
    pub async fn save_template(&self, template: Template) -> Result<(), Failure> {
        let name = template.name.trim();
        if name.is_empty() || name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            return Err(Failure::new(
                Code::InvalidParameter,
                format!("a template's name has 1 to {LONGEST_NAME} letters"),
                "choose another name",
            ));
        }
        self.refuse_in_file(name, "kept under that name").await?;
        let kept = vault::Template {
            name: name.to_owned(),
            text: template.text,
            instance: template.instance,
            at: template.at,
        };
        self.in_vault(move |vault| vault.put_template(&kept)).await
    }

    /// Forgets a kept query.
    pub async fn delete_template(&self, name: &str) -> Result<(), Failure> {
        let wanted = name.to_owned();
        let was_there = self.in_vault(move |vault| vault.remove_template(&wanted)).await?;
        if was_there {
            return Ok(());
        }
        self.refuse_in_file(name, "forgotten").await?;
        Err(no_template(name))
    }

    /// What stands in a file is changed there, by whoever has it.
    async fn refuse_in_file(&self, name: &str, what: &str) -> Result<(), Failure> {
        let Templates { list, .. } = self.templates().await?;
        let found = list.into_iter().find(|template| template.name == name);
        match found.and_then(|template| template.file) {
            Some(file) => Err(Failure::new(
                Code::AlreadyExists,
                format!("{name} stands in {}, and cannot be {what}", file.display()),
                "change it in that file, or choose another name",
            )),
            None => Ok(()),
        }
    }
}

fn no_template(name: &str) -> Failure {
    let shown: String = name.chars().take(80).collect();
    Failure::new(
        Code::InvalidParameter,
        format!("there is no template {shown:?}"),
        "list them with `butterfly template list`",
    )
}

/// These queries as a file that others can use.
pub fn as_query_file(templates: &[Template]) -> String {
    query_files::written(templates)
}

/// What is wrong in folders with queries, for whoever looks after a home.
pub fn query_file_problems(folders: &[QueryFolder]) -> Vec<Failure> {
    query_files::read(folders).problems
}
