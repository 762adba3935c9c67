//! Lines that were used, oldest first, none twice and not too many. May depend on nothing.

/// Adds a line as the newest.
pub fn add(lines: &mut Vec<String>, line: String, most: usize) {
    lines.retain(|earlier| *earlier != line);
    lines.push(line);
    forget_oldest(lines, most);
}

/// Puts the lines of earlier before those that are there.
pub fn put_before(lines: &mut Vec<String>, mut earlier: Vec<String>, most: usize) {
    earlier.retain(|line| !lines.contains(line));
    earlier.append(lines);
    *lines = earlier;
    forget_oldest(lines, most);
}

fn forget_oldest(lines: &mut Vec<String>, most: usize) {
    let surplus = lines.len().saturating_sub(most);
    lines.drain(..surplus);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.split(' ').map(str::to_owned).collect()
    }

    #[test]
    fn the_newest_stand_last_once_and_the_oldest_go() {
        let mut list = lines("one two three");
        add(&mut list, "one".to_owned(), 3);
        assert_eq!(list, lines("two three one"));
        add(&mut list, "four".to_owned(), 3);
        assert_eq!(list, lines("three one four"));
    }

    #[test]
    fn what_comes_from_earlier_stands_first_and_what_was_used_since_where_it_is() {
        let mut list = lines("new twice");
        put_before(&mut list, lines("oldest twice old"), 4);
        assert_eq!(list, lines("oldest old new twice"));
        put_before(&mut list, lines("older"), 4);
        assert_eq!(list, lines("oldest old new twice"));
    }
}
