//! Every setting of a run as a flag, by the name that it has in the page's address.

use clap::{Arg, ArgMatches, Command, Error, FromArgMatches};
use sotto_federated::{SETTINGS, Settings};

/// Settings whose flags have other names: here a client is a worker.
const RENAMED: [(&str, &str); 2] = [("model", "preset"), ("clients", "virtual-clients")];

/// What differs from the page without being asked for: a simulation has nobody to hide updates
/// from, and nobody who is slow.
const USUAL: [(&str, &str); 2] = [("secagg", "off"), ("over", "1")];

/// The settings that were named, in the order of [`SETTINGS`].
pub(super) struct SettingFlags(Vec<(&'static str, String)>);

impl SettingFlags {
    /// The run's settings: those of the page's address `query`, then the flags; `shards` as
    /// many as there are clients, unless somebody says otherwise.
    pub(super) fn settings(&self, query: &str, clients: u32) -> Result<Settings, String> {
        let query = query.trim_start_matches('?');
        let clients = clients.to_string();
        let usual = USUAL.into_iter().chain([("shards", clients.as_str())]);
        let named = query.split('&').filter_map(|pair| pair.split_once('='));
        let flags = self.0.iter().map(|(name, value)| (*name, value.as_str()));
        Settings::from_parameters(usual.chain(named).chain(flags)).map_err(|problems| {
            let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
            lines.join("; ")
        })
    }
}

fn flag(name: &'static str) -> &'static str {
    RENAMED.iter().find(|(setting, _)| *setting == name).map_or(name, |(_, flag)| flag)
}

impl clap::Args for SettingFlags {
    fn augment_args(command: Command) -> Command {
        let default = Settings::default();
        SETTINGS.iter().fold(command.next_help_heading("Settings of the run"), |command, info| {
            let usual = USUAL.iter().find(|(name, _)| *name == info.name);
            let usual =
                usual.map_or_else(|| (info.get)(&default), |(_, value)| (*value).to_owned());
            let mut help = format!("{} [usually: {usual}", info.help);
            let choices = (info.choices)();
            if !choices.is_empty() {
                help += &format!("; one of {}", choices.join(", "));
            }
            let name = flag(info.name);
            command.arg(Arg::new(name).long(name).value_name("X").help(help + "]"))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for SettingFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let named = SETTINGS.iter().filter_map(|info| {
            let value: &String = matches.get_one(flag(info.name))?;
            Some((info.name, value.clone()))
        });
        Ok(Self(named.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}
