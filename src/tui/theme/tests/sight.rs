//! Can it be read, and told apart? WCAG 2.1 for text, and how colours look to eyes that lack one kind of cone.

use super::*;

/// Red, green and blue, linear, from 0 to 1.
type Light = [f64; 3];

fn light(colour: Color) -> Light {
    let (red, green, blue) = match colour {
        Color::Rgb(red, green, blue) => (red, green, blue),
        Color::Black => (0, 0, 0),
        Color::White => (255, 255, 255),
        Color::Gray => (229, 229, 229),
        Color::DarkGray => (127, 127, 127),
        Color::Red => (205, 0, 0),
        Color::Blue => (0, 0, 238),
        Color::LightRed => (255, 0, 0),
        Color::LightGreen => (0, 255, 0),
        Color::LightYellow => (255, 255, 0),
        Color::LightBlue => (92, 92, 255),
        Color::LightMagenta => (255, 0, 255),
        Color::LightCyan => (0, 255, 255),
        other => panic!("{other:?} has no looks that are known"),
    };
    [red, green, blue].map(|value| {
        let value = f64::from(value) / 255.0;
        if value <= 0.040_45 {
            value / 12.92
        } else {
            ((value + 0.055) / 1.055).powf(2.4)
        }
    })
}

fn contrast(ink: Color, paper: Color) -> f64 {
    let luminance = |colour| {
        let [red, green, blue] = light(colour);
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    };
    let (a, b) = (luminance(ink), luminance(paper));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// Roles that are lines or bars, not text: 3 to 1 where they tell something, less where they only part.
fn least(role: Role) -> f64 {
    match role {
        Role::Border => 1.3,
        Role::Scroll | Role::BorderFocus | Role::OverlayBorder | Role::PhaseWait => 3.0,
        _ => 4.5,
    }
}

/// The grounds on which text of other roles is written.
const GROUNDS: [Role; 5] = [
    Role::Base,
    Role::Selected,
    Role::SelectedIdle,
    Role::Bar,
    Role::Overlay,
];

#[test]
fn text_is_readable_in_every_theme_on_every_ground() {
    let catalog = Catalog::load(None);
    for name in catalog.names() {
        let theme = catalog.theme(&name, Depth::True).unwrap();
        let base = theme.style(Role::Base).bg.unwrap();
        for (role, style) in &theme.styles {
            let Some(ink) = style.fg else { continue };
            let grounds = match style.bg {
                Some(own) => vec![own],
                None => GROUNDS
                    .map(|ground| theme.style(ground).bg.unwrap_or(base))
                    .to_vec(),
            };
            for ground in grounds {
                // Lines part the screen itself; on other grounds there are none.
                if matches!(role, Role::Border | Role::Scroll) && ground != base {
                    continue;
                }
                let ratio = contrast(ink, ground);
                assert!(
                    ratio >= least(*role),
                    "{name}: {role:?} on {ground:?} has a contrast of {ratio:.2}"
                );
            }
        }
        for (place, ink) in theme.instances.iter().enumerate() {
            for ground in GROUNDS.map(|ground| theme.style(ground).bg.unwrap_or(base)) {
                let ratio = contrast(*ink, ground);
                assert!(ratio >= 4.5, "{name}: instance {place} on {ground:?}: {ratio:.2}");
            }
        }
    }
}

#[test]
fn high_contrast_is_what_it_is_called() {
    let theme = Catalog::load(None).theme("high-contrast", Depth::True).unwrap();
    let base = theme.style(Role::Base).bg.unwrap();
    for (role, style) in &theme.styles {
        let Some(ink) = style.fg else { continue };
        // WCAG's AAA for text, and AA for what is none.
        let least = if least(*role) < 4.5 { 3.0 } else { 7.0 };
        let ratio = contrast(ink, style.bg.unwrap_or(base));
        assert!(ratio >= least, "{role:?} has a contrast of {ratio:.2}");
    }
}

#[test]
fn text_is_readable_with_sixteen_colours_as_xterm_draws_them() {
    let catalog = Catalog::load(None);
    for name in catalog.names() {
        let theme = catalog.theme(&name, Depth::Sixteen).unwrap();
        let paper = if name == "light" {
            Color::White
        } else {
            Color::Black
        };
        for (role, style) in &theme.styles {
            let Some(ink) = style.fg.filter(|ink| *ink != Color::Reset) else {
                continue;
            };
            let ground = style.bg.filter(|ground| *ground != Color::Reset).unwrap_or(paper);
            let ratio = contrast(ink, ground);
            assert!(
                ratio >= least(*role).min(4.4),
                "{name}: {role:?} ({ink:?} on {ground:?}) has a contrast of {ratio:.2}"
            );
        }
    }
}

/// Eyes that lack one kind of cone: Machado, Oliveira and Fernandes (2009), severity 1.
#[derive(Debug, Clone, Copy)]
enum Eyes {
    All,
    WithoutRed,
    WithoutGreen,
    WithoutBlue,
}

fn seen(colour: Color, eyes: Eyes) -> Light {
    let matrix = match eyes {
        Eyes::All => [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
        Eyes::WithoutRed => [
            [0.152_286, 1.052_583, -0.204_868],
            [0.114_503, 0.786_281, 0.099_216],
            [-0.003_882, -0.048_116, 1.051_998],
        ],
        Eyes::WithoutGreen => [
            [0.367_322, 0.860_646, -0.227_968],
            [0.280_085, 0.672_501, 0.047_413],
            [-0.011_820, 0.042_940, 0.968_881],
        ],
        Eyes::WithoutBlue => [
            [1.255_528, -0.076_749, -0.178_779],
            [-0.078_411, 0.930_809, 0.147_602],
            [0.004_733, 0.691_367, 0.303_900],
        ],
    };
    let light = light(colour);
    matrix.map(|row: [f64; 3]| {
        let sum: f64 = row.iter().zip(light).map(|(factor, part)| factor * part).sum();
        sum.clamp(0.0, 1.0)
    })
}

/// CIE 1976: how far two colours are apart; 2 can just be told apart side by side, 20 from memory.
fn apart(one: Color, other: Color, eyes: Eyes) -> f64 {
    let lab = |[red, green, blue]: Light| {
        let x = 0.4124 * red + 0.3576 * green + 0.1805 * blue;
        let y = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        let z = 0.0193 * red + 0.1192 * green + 0.9505 * blue;
        let root = |value: f64| {
            if value > 0.008_856 {
                value.cbrt()
            } else {
                7.787 * value + 16.0 / 116.0
            }
        };
        let (x, y, z) = (root(x / 0.950_47), root(y), root(z / 1.088_83));
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    };
    let (one, other) = (lab(seen(one, eyes)), lab(seen(other, eyes)));
    let squares = one.iter().zip(other).map(|(a, b)| (a - b).powi(2));
    squares.sum::<f64>().sqrt()
}

fn check_told_apart(name: &str, eyes: Eyes, roles: &[Role], least: f64) {
    let theme = Catalog::load(None).theme(name, Depth::True).unwrap();
    for (place, one) in roles.iter().enumerate() {
        for other in &roles[place + 1..] {
            let ink = |role: Role| theme.style(role).fg.unwrap();
            let distance = apart(ink(*one), ink(*other), eyes);
            assert!(
                distance >= least,
                "{name}, {eyes:?}: {one:?} and {other:?} are only {distance:.1} apart"
            );
        }
    }
}

#[test]
fn states_and_phases_are_told_apart_by_the_eyes_that_a_theme_is_for() {
    let states = [Role::Good, Role::Warn, Role::Bad, Role::Changing];
    let phases = [
        Role::PhaseSeal,
        Role::PhaseNet,
        Role::PhaseWait,
        Role::PhaseCheck,
        Role::PhaseWork,
    ];
    for (name, eyes) in [
        ("dark", Eyes::All),
        ("light", Eyes::All),
        ("high-contrast", Eyes::All),
        ("red-green-safe", Eyes::WithoutRed),
        ("red-green-safe", Eyes::WithoutGreen),
        ("blue-yellow-safe", Eyes::WithoutBlue),
    ] {
        check_told_apart(name, eyes, &states, if name == "light" { 15.0 } else { 20.0 });
        check_told_apart(name, eyes, &phases, 15.0);
    }
}
