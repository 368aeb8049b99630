"""A stand-in for KS Fiks' population register and for Maskinporten, speaking their formats over a real socket."""
