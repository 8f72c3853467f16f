//! From pairs to people: rows that are linked, however far around, are one (union–find, Tarjan, JACM 22/2, 1975).

/// Groups of rows.
#[derive(Debug, Clone)]
pub struct People {
    parent: Vec<u32>,
}

impl People {
    /// Every row is somebody.
    pub fn new(rows: usize) -> People {
        People { parent: (0..rows as u32).collect() }
    }

    fn root(&mut self, row: u32) -> u32 {
        let mut at = row;
        while self.parent[at as usize] != at {
            let up = self.parent[self.parent[at as usize] as usize];
            self.parent[at as usize] = up;
            at = up;
        }
        at
    }

    /// Two rows are one person's. The earlier row names the person.
    pub fn join(&mut self, a: u32, b: u32) {
        let (a, b) = (self.root(a), self.root(b));
        self.parent[a.max(b) as usize] = a.min(b);
    }

    /// Whose row each row is: the person's first row.
    pub fn of_rows(mut self) -> Vec<u32> {
        (0..self.parent.len() as u32).map(|row| self.root(row)).collect()
    }
}

/// How many people have more than one row.
pub fn repeated(person: &[u32]) -> usize {
    let mut rows = vec![0u32; person.len()];
    person.iter().for_each(|p| rows[*p as usize] += 1);
    rows.iter().filter(|n| **n > 1).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_go_around() {
        let mut people = People::new(6);
        people.join(4, 2);
        people.join(5, 4);
        people.join(0, 1);
        let person = people.of_rows();
        assert_eq!(person, [0, 0, 2, 3, 2, 2]);
        assert_eq!(repeated(&person), 2);
    }
}
