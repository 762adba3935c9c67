//! The figures of a bench beside what they should reach, in one table at its end.

/// What a figure should reach: `good`, and what was measured to be near the limit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Goal {
    /// The more the better.
    AtLeast(f64, f64),
    /// The less the better.
    AtMost(f64, f64),
    /// Shown for scale only.
    Nothing,
}

impl Goal {
    /// The word for how a figure stands to it.
    fn verdict(self, figure: f64) -> &'static str {
        let (good, limit) = match self {
            Self::AtLeast(good, limit) => (figure >= good, figure >= limit),
            Self::AtMost(good, limit) => (figure <= good, figure <= limit),
            Self::Nothing => return "",
        };
        match (good, limit) {
            (_, true) => "close to the limit",
            (true, false) => "good",
            (false, false) => "MISSED",
        }
    }

    fn columns(self) -> [String; 2] {
        match self {
            Self::AtLeast(good, limit) => [format!(">= {good}"), format!(">= {limit}")],
            Self::AtMost(good, limit) => [format!("<= {good}"), format!("<= {limit}")],
            Self::Nothing => [String::new(), String::new()],
        }
    }
}

/// What a bench measured, in the order in which it did.
pub struct Figures {
    what: String,
    rows: Vec<(String, f64, Goal)>,
}

impl Figures {
    /// None yet; `what` says what is measured, and how often.
    pub fn of(what: String) -> Self {
        Self {
            what,
            rows: Vec::new(),
        }
    }

    /// One more; it is told at once, because benches take minutes.
    pub fn add(&mut self, name: impl Into<String>, figure: f64, goal: Goal) {
        let name = name.into();
        eprintln!("  {name}: {figure:.3}");
        self.rows.push((name, figure, goal));
    }

    /// Prints the table.
    pub fn show(&self) {
        println!("\n{}", self.what);
        println!(
            "{:<60} {:>12} {:>10} {:>10}  verdict",
            "figure", "measured", "good", "limit"
        );
        for (name, figure, goal) in &self.rows {
            let [good, limit] = goal.columns();
            let line = format!(
                "{name:<60} {figure:>12.3} {good:>10} {limit:>10}  {}",
                goal.verdict(*figure)
            );
            println!("{}", line.trim_end());
        }
    }
}
