//! Looking at everything.

use crate::tui::files::{broken_themes, unknown_theme};
use crate::workspace::{Failure, Home, Observation, Severity, Workspace, examine};

/// Looks at everything that the workspace knows of, and at the themes, which only the console knows.
pub async fn look(home: &Home, opened: Result<&Workspace, &Failure>) -> Vec<Observation> {
    let mut found = examine(home, opened).await;
    let unknown = unknown_theme(home).map(|(name, why)| {
        let remedy = "name another one in config.toml; until then the usual theme is shown";
        Observation::of(Severity::Warning, "theme", name, why, remedy)
    });
    let home = home.clone();
    let broken = tokio::task::spawn_blocking(move || broken_themes(&home)).await;
    found.extend(broken.unwrap_or_default().into_iter().map(theme));
    found.extend(unknown);
    found
}

fn theme((name, why): (String, String)) -> Observation {
    let remedy = "put it right; until then the usual theme is shown";
    Observation::of(
        Severity::Warning,
        "theme",
        format!("themes/{name}.toml"),
        why,
        remedy,
    )
}
