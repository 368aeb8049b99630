"""Reading what the population register says about children and those responsible for them (KS Fiks Oppvekst)."""
