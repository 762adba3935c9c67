//! How many colours the terminal shows, and what becomes of a colour that it does not.

use super::Role;
use ratatui::style::{Color, Modifier, Style};
use std::collections::HashMap;

/// How many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// `NO_COLOR`: none; what matters is told by weight and reversal.
    None,
    /// The sixteen that every colour terminal has, and whose looks are its own.
    Sixteen,
    /// The 256 of xterm.
    Indexed,
    /// All.
    True,
}

/// How many colours the terminal shows, going by what the environment says of it.
pub fn depth_of_terminal(variable: impl Fn(&str) -> Option<String>) -> Depth {
    if variable("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        return Depth::None;
    }
    let says_true = variable("COLORTERM").is_some_and(|value| value == "truecolor" || value == "24bit");
    // tmux and these terminals take all colours, whether they say so or not.
    let term = variable("TERM").unwrap_or_default();
    let known = [
        "kitty",
        "alacritty",
        "foot",
        "ghostty",
        "wezterm",
        "direct",
        "tmux",
    ];
    if says_true || variable("TMUX").is_some() || known.iter().any(|name| term.contains(name)) {
        return Depth::True;
    }
    let few = ["linux", "ansi", "cygwin", "screen", "rxvt", "vt"];
    if !term.contains("256") && few.iter().any(|name| term.starts_with(name)) {
        return Depth::Sixteen;
    }
    Depth::Indexed
}

/// What colour would have told is told by reversal and weight.
pub(super) fn without_colour(styles: &mut HashMap<Role, Style>) {
    let reversed = Style::new().add_modifier(Modifier::REVERSED);
    let bold = Style::new().add_modifier(Modifier::BOLD);
    for role in [
        Role::Selected,
        Role::Input,
        Role::Brand,
        Role::Danger,
        Role::Remote,
        Role::Local,
        Role::Readonly,
    ] {
        styles.insert(role, reversed);
    }
    for role in [
        Role::BorderFocus,
        Role::TitleFocus,
        Role::Key,
        Role::Bad,
        Role::Strong,
    ] {
        styles.insert(role, bold);
    }
    let underlined = Style::new().add_modifier(Modifier::UNDERLINED);
    for role in [Role::SelectedIdle, Role::Match] {
        styles.insert(role, underlined);
    }
}

/// None of the sixteen is a ground on which all the others can be read: what stands out is reversed.
pub(super) fn with_few_colours(styles: &mut HashMap<Role, Style>) {
    let reversed = Style::new().add_modifier(Modifier::REVERSED);
    styles.insert(Role::Selected, reversed);
    styles.insert(Role::Input, reversed);
    styles.insert(
        Role::SelectedIdle,
        Style::new().add_modifier(Modifier::UNDERLINED),
    );
}

/// The nearest colour that the terminal shows.
pub(super) fn bring_down(colour: Color, depth: Depth) -> Color {
    match (colour, depth) {
        (Color::Rgb(red, green, blue), Depth::Indexed) => Color::Indexed(nearest_indexed(red, green, blue)),
        (Color::Rgb(red, green, blue), Depth::Sixteen) => nearest_of_sixteen(red, green, blue),
        (Color::Indexed(index), Depth::Sixteen) if index > 15 => {
            let (red, green, blue) = looks_of(index);
            nearest_of_sixteen(red, green, blue)
        }
        (colour, _) => colour,
    }
}

/// The steps of xterm's colour cube.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The nearest of xterm's colour cube (16 to 231) and grey ramp (232 to 255).
pub(super) fn nearest_indexed(red: u8, green: u8, blue: u8) -> u8 {
    let step = |value: u8| {
        (0..6u8)
            .min_by_key(|index| STEPS[usize::from(*index)].abs_diff(value))
            .unwrap_or(0)
    };
    let (r, g, b) = (step(red), step(green), step(blue));
    let cube = (
        STEPS[usize::from(r)],
        STEPS[usize::from(g)],
        STEPS[usize::from(b)],
    );
    let average = (u16::from(red) + u16::from(green) + u16::from(blue)) / 3;
    let ramp = u8::try_from(average.saturating_sub(3) / 10).unwrap_or(23).min(23);
    let grey = 8 + 10 * ramp;
    let wanted = (red, green, blue);
    if distance((grey, grey, grey), wanted) < distance(cube, wanted) {
        return 232 + ramp;
    }
    16 + 36 * r + 6 * g + b
}

/// Red, green and blue of a colour of the cube or of the grey ramp.
fn looks_of(index: u8) -> (u8, u8, u8) {
    if index >= 232 {
        let grey = 8 + 10 * (index - 232);
        return (grey, grey, grey);
    }
    let place = index.saturating_sub(16);
    let step = |digit: u8| STEPS[usize::from(digit % 6)];
    (step(place / 36), step(place / 6), step(place))
}

/// The sixteen, as xterm draws them.
const SIXTEEN: [(Color, (u8, u8, u8)); 16] = [
    (Color::Black, (0, 0, 0)),
    (Color::Red, (205, 0, 0)),
    (Color::Green, (0, 205, 0)),
    (Color::Yellow, (205, 205, 0)),
    (Color::Blue, (0, 0, 238)),
    (Color::Magenta, (205, 0, 205)),
    (Color::Cyan, (0, 205, 205)),
    (Color::Gray, (229, 229, 229)),
    (Color::DarkGray, (127, 127, 127)),
    (Color::LightRed, (255, 0, 0)),
    (Color::LightGreen, (0, 255, 0)),
    (Color::LightYellow, (255, 255, 0)),
    (Color::LightBlue, (92, 92, 255)),
    (Color::LightMagenta, (255, 0, 255)),
    (Color::LightCyan, (0, 255, 255)),
    (Color::White, (255, 255, 255)),
];

fn nearest_of_sixteen(red: u8, green: u8, blue: u8) -> Color {
    SIXTEEN
        .into_iter()
        .min_by_key(|(_, looks)| distance(*looks, (red, green, blue)))
        .map_or(Color::Reset, |(colour, _)| colour)
}

fn distance(one: (u8, u8, u8), other: (u8, u8, u8)) -> u32 {
    let square = |a: u8, b: u8| u32::from(a.abs_diff(b)).pow(2);
    square(one.0, other.0) + square(one.1, other.1) + square(one.2, other.2)
}
