"""What can be protected: one folder each, with facts, two spellings and a README."""
