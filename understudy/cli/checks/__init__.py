"""What ``understudy doctor`` looks at: one small function for each thing."""
