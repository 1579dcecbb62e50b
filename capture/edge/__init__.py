"""The SIP edge: Kamailio's configuration rendered from our settings, its directory of agents, its control socket."""
