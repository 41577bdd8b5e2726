"""What `flowengine doctor` looks at: one file a subject, each finding with its remedy."""
