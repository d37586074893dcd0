"""What can be checked afterwards: the ledger, its keys, sealed notes. No mailbox and no network here."""
