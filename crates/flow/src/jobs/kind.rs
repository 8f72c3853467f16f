//! The kinds of jobs there are: a closed set, so that one table says of each how it is run, given up and overseen.

use domain::access::Permission;

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// computes the current run anew after an import was committed or undone
    Refresh,
    /// computes the run of the day that has begun
    Roll,
    /// removes lake files that nobody names
    Sweep,
    /// forgets what is over: old jobs, sessions, invitations, exported files
    Tidy,
    /// writes a list of customers to a file
    Export,
    /// moves what programs posted into the lake
    Carry,
    /// looks for customers who may be one
    Duplicates,
    /// tells webhooks who entered and left segments and who is in another class
    Announce,
    /// signs the end of the audit log
    Seal,
    /// writes the mails of dashboards people subscribed to
    Letters,
    /// erases a person
    Erase,
    /// brings everything of a business in
    Arrive,
    /// notes how good the data is
    Quality,
    /// writes down what records come to
    Figures,
    /// makes sample data and brings it in
    Sample,
    /// makes few files of the lake of many
    Compact,
    /// brings a file of records
    Records,
}

/// Jobs up to this priority are short; they have a place of their own, so that no long one keeps them waiting.
pub const SHORT: i64 = 5;

impl Kind {
    /// Every kind.
    pub const ALL: [Kind; 17] = [Kind::Refresh, Kind::Roll, Kind::Sweep, Kind::Tidy, Kind::Export, Kind::Carry, Kind::Duplicates, Kind::Announce, Kind::Seal, Kind::Letters, Kind::Erase, Kind::Arrive, Kind::Quality, Kind::Figures, Kind::Sample, Kind::Compact, Kind::Records];

    /// Machine name; the web app says it as `jobs.kind_<key>`.
    pub fn key(self) -> &'static str {
        match self {
            Kind::Refresh => "refresh",
            Kind::Roll => "roll",
            Kind::Sweep => "sweep",
            Kind::Tidy => "tidy",
            Kind::Export => "export",
            Kind::Carry => "carry",
            Kind::Duplicates => "duplicates",
            Kind::Announce => "announce",
            Kind::Seal => "seal",
            Kind::Letters => "letters",
            Kind::Erase => "erase",
            Kind::Arrive => "arrive",
            Kind::Quality => "quality",
            Kind::Figures => "figures",
            Kind::Sample => "sample",
            Kind::Compact => "compact",
            Kind::Records => "records",
        }
    }

    /// By machine name.
    pub fn parse(text: &str) -> Option<Kind> {
        Kind::ALL.into_iter().find(|k| k.key() == text)
    }

    /// Smaller first; above [`SHORT`] it may take long.
    pub fn priority(self) -> i64 {
        match self {
            Kind::Refresh | Kind::Roll | Kind::Announce => 0,
            Kind::Sweep | Kind::Tidy | Kind::Carry | Kind::Seal | Kind::Figures => SHORT,
            Kind::Export | Kind::Letters | Kind::Erase | Kind::Arrive | Kind::Sample | Kind::Records => 2 * SHORT,
            Kind::Duplicates | Kind::Quality | Kind::Compact => 3 * SHORT,
        }
    }

    /// How often it is tried before somebody must look.
    pub fn attempts(self) -> u32 {
        5
    }

    /// Nobody waits for it: it is in the history, but not in the tray.
    pub fn quiet(self) -> bool {
        !matches!(self, Kind::Export | Kind::Arrive | Kind::Sample | Kind::Records)
    }

    /// The file it works on was entrusted to it and goes when it is over, so it is not run again after that.
    pub fn once(self) -> bool {
        matches!(self, Kind::Records | Kind::Arrive)
    }

    /// What whoever asked for one must still have to stop it or have it run again.
    pub fn needs(self) -> Permission {
        match self {
            Kind::Export => Permission::ExportTake,
            Kind::Refresh | Kind::Roll | Kind::Sweep | Kind::Tidy | Kind::Announce | Kind::Seal | Kind::Letters | Kind::Quality | Kind::Figures | Kind::Compact => Permission::BaseRead,
            Kind::Carry | Kind::Sample => Permission::ImportsWrite,
            Kind::Duplicates | Kind::Records => Permission::CustomersWrite,
            Kind::Erase => Permission::CustomersErase,
            Kind::Arrive => Permission::SettingsWrite,
        }
    }

    /// What it takes to see the jobs of others.
    pub const SEES: Permission = Permission::AuditRead;
    /// What it takes to stop the jobs of others, or to have them run again.
    pub const GOVERNS: Permission = Permission::MembersManage;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_names_of_their_own() {
        for kind in Kind::ALL {
            assert_eq!(Kind::parse(kind.key()), Some(kind));
        }
        assert_eq!(Kind::parse("nonsense"), None);
    }
}
